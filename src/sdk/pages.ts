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

export interface AnyPagedCall extends AnyCall, AsyncIterable<unknown> {
  pages(): AsyncIterable<unknown>
}

/** A call whose reply is the first of several pages. The next one is asked for once the loop gets there. */
export function toPagedCall(
  call: (input: AnyInput) => AnyCall,
  input: AnyInput,
  paging: Paging,
): AnyPagedCall {
  const first = call(input)
  const nextPage = (cursor: unknown, signal: AbortSignal) =>
    call({ ...input, signal, query: { ...input.query, [paging.cursor]: cursor } })

  async function* walk(left: AbortSignal): AsyncGenerator<Page> {
    const signal = input.signal === undefined ? left : AbortSignal.any([input.signal, left])
    const seen = new Set<unknown>()
    let page = (await unlessAborted(first, left)) as Page
    for (;;) {
      yield page
      const cursor = page[paging.nextCursor]
      // A cursor that comes back would go round for ever.
      if (cursor === undefined || cursor === null || cursor === '' || seen.has(cursor)) return
      seen.add(cursor)
      page = (await nextPage(cursor, signal)) as Page
    }
  }

  async function* walkItems(left: AbortSignal): AsyncGenerator {
    for await (const page of walk(left)) yield* page[paging.items] as readonly unknown[]
  }

  return Object.assign(first, {
    pages: () => ({ [Symbol.asyncIterator]: () => untilLeft(walk) }),
    [Symbol.asyncIterator]: () => untilLeft(walkItems),
  })
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
