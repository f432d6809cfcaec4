import { resolve } from 'node:path'
import { alwaysRefused, ContractError, type Defect, type DefectCode } from '../contract/defect.js'
import { loadContract, type Contract } from '../contract/load-contract.js'

/** What loading a document came to. */
export interface Examination {
  /** `undefined` where the defects leave nothing to go on with. */
  readonly contract: Contract | undefined
  /** Why the service would not start. */
  readonly defects: readonly Defect[]
  /** What it would only warn of. */
  readonly warnings: readonly Defect[]
}

/** The document that the service serves. */
export const bundledDocument = new URL('../../generated/openapi.json', import.meta.url).href

/** With these nothing else of the document was looked at. */
const fatal: ReadonlySet<DefectCode> = new Set(['unreadable', 'unsupported-version'])

/**
 * Loads a document (a path, from `folder`, or a URL) whatever its defects are; `warned` are the classes that do not
 * count. Rejects for nothing that a document can be the cause of.
 */
export async function examine(
  file: string,
  folder: string,
  warned: ReadonlySet<DefectCode> = new Set(),
): Promise<Examination> {
  const source = /^(?:file|https?):/i.test(file) ? file : resolve(folder, file)
  try {
    return { contract: await loadContract(source), defects: [], warnings: [] }
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    const found = error.defects
    const contract = found.some(({ code }) => alwaysRefused.has(code))
      ? undefined
      : await loadContract(source, { onDefect: 'warn' })
    return {
      contract,
      defects: found.filter(({ code }) => !warned.has(code)),
      warnings: found.filter(({ code }) => warned.has(code)),
    }
  }
}

/** The one sentence to say of a document of which nothing else could be looked at. */
export function fatalSentence(file: string, { defects }: Examination): string | undefined {
  const defect = defects.find(({ code }) => fatal.has(code))
  if (!defect) return undefined
  // Messages about files start with the file's URL; the caller knows it by the name that was given.
  return `${file}: ${defect.message.replace(/^(?:file|https?):\S*: /, '')}.`
}
