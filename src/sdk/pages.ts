import type { AnyCall } from './call.js'
import { unlessAborted } from './clock.js'
import type { AnyInput } from './prepare-request.js'

/** How an operation gives its entries in pages: a query parameter, and two members of the reply. */
export interface Paging {
  readonly cursor: string
  readonly items: string
  readonly nextCursor: string
}

type Page = Readonly<Record<string, unknown>>

export interface AnyPagedCall extends AnyCall {
  pages: () => AsyncIterable<unknown>
  [Symbol.asyncIterator]: () => AsyncIterator<unknown>
}

/** A call whose reply is the first of several pages. The next one is asked for once the loop gets there. */
export function toPagedCall(
  call: (input: AnyInput) => AnyCall,
  input: AnyInput,
  paging: Paging,
): AnyPagedCall {
  const first = call(input) as AnyPagedCall
  const walk = (left: AbortSignal) => {
    // The loop may be left before it begins, and nobody else may wait for the first page.
    first.catch(() => undefined)
    return walkPages(first, { call, input, paging }, left)
  }
  first.pages = () => ({ [Symbol.asyncIterator]: () => untilLeft(walk) })
  first[Symbol.asyncIterator] = () => untilLeft((left) => walkItems(walk(left), paging))
  return first
}

interface Course {
  readonly call: (input: AnyInput) => AnyCall
  readonly input: AnyInput
  readonly paging: Paging
}

async function* walkPages(
  first: AnyCall,
  { call, input, paging }: Course,
  left: AbortSignal,
): AsyncGenerator<Page> {
  const signal = input.signal === undefined ? left : AbortSignal.any([input.signal, left])
  const seen = new Set<unknown>()
  let page = (await unlessAborted(first, left)) as Page
  for (;;) {
    yield page
    const cursor = page[paging.nextCursor]
    // A cursor that comes back would go round for ever, and one that is an object is never the same.
    const text = typeof cursor === 'object' ? JSON.stringify(cursor) : cursor
    if (cursor === undefined || cursor === null || cursor === '' || seen.has(text)) return
    seen.add(text)
    page = (await call({ ...input, signal, query: { ...input.query, [paging.cursor]: cursor } })) as Page
  }
}

async function* walkItems(pages: AsyncGenerator<Page>, { items }: Paging): AsyncGenerator {
  for await (const page of pages) yield* page[items] as readonly unknown[]
}

/** Ends the request in flight when the loop is left: a generator by itself would wait for it. */
function untilLeft<T>(walk: (left: AbortSignal) => AsyncGenerator<T>): AsyncIterator<T, undefined> {
  const left = new AbortController()
  const generator = walk(left.signal)
  return {
    async next() {
      try {
        const step = await generator.next()
        return step.done === true ? { done: true, value: undefined } : step
      } catch (error) {
        if (!left.signal.aborted) throw error
        return { done: true, value: undefined }
      }
    },
    async return() {
      left.abort()
      await generator.return(undefined)
      return { done: true, value: undefined }
    },
  }
}
