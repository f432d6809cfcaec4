/** What can be wrong with a document by itself. */
export type DocumentDefectCode =
  | 'unreadable'
  | 'unsupported-version'
  | 'invalid-structure'
  | 'unresolvable-reference'
  | 'undeclared-scheme'
  | 'undeclared-scope'
  | 'missing-security'
  | 'invalid-sender-constraint'
  | 'duplicate-operation-id'
  | 'path-collision'
  | 'invalid-path-template'
  | 'undeclared-path-parameter'
  | 'unused-path-parameter'
  | 'duplicate-parameter'
  | 'unsupported-method'
  | 'unsupported-style'
  | 'unsupported-media-type'
  | 'unknown-format'
  | 'invalid-pattern'
  | 'vulnerable-pattern'
  | 'invalid-schema'
  | 'invalid-discriminator'
  | 'invalid-default'
  | 'unknown-keyword'
  | 'unsupported-dialect'

/** What can be wrong with the handlers and authenticators that are given for a document. */
type WiringDefectCode =
  | 'missing-handler'
  | 'surplus-handler'
  | 'missing-authenticator'
  | 'surplus-authenticator'
  | 'unfit-authenticator'
  | 'unenforceable-sender-constraint'

/** `message` of a defect says what to do. */
export type DefectCode = DocumentDefectCode | WiringDefectCode

export interface Defect {
  readonly code: DefectCode
  /** RFC 6901 pointer into the bundled document, as a URI fragment: `#/paths/~1items/get/security`. */
  readonly pointer: string
  readonly message: string
  /** The file that it stands in, as seen from the document; none where it stands in the document itself. */
  readonly file?: string
}

/** A document that the gate cannot enforce. Every defect is listed at once. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly code = 'invalid_contract'
  readonly defects: readonly Defect[]

  constructor(defects: readonly Defect[]) {
    const lines = defects.map(
      ({ code, pointer, message, file }) =>
        `  ${pointer} ${message} (${code}${file === undefined ? '' : `, in ${file}`})`,
    )
    super(`The OpenAPI document cannot be enforced:\n${lines.join('\n')}`)
    this.defects = defects
  }
}

export type DefectAction = 'refuse' | 'warn'

/** One action for all, or an action by code; what is not named is refused. */
export type DefectPolicy = DefectAction | Readonly<Partial<Record<DefectCode, DefectAction>>>

/** Refused whatever the policy says: security that cannot be enforced, and documents that leave nothing to go on with. */
export const alwaysRefused: ReadonlySet<DefectCode> = new Set([
  'unreadable',
  'unsupported-version',
  'undeclared-scheme',
  'undeclared-scope',
  'invalid-sender-constraint',
])

/** Collects defects while a document is compiled. */
export interface DefectLog {
  readonly report: (defect: Defect) => void
  /** `invalid-structure`, unless such a defect of this place, or of something inside of it, is known already. */
  readonly reportStructure: (pointer: string, message: string) => void
  /**
   * Throws `ContractError` where a defect is refused; returns those that are only warned of. `fileOf` tells the file of a
   * pointer, where there are several.
   */
  readonly settle: (fileOf?: (pointer: string) => string | undefined) => readonly Defect[]
}

export function createDefectLog(policy: DefectPolicy = 'refuse'): DefectLog {
  const defects: Defect[] = []
  const known = new Set<string>()
  /** Places of invalid structure, and everything around them. */
  const aroundInvalid = new Set<string>()
  const actionFor = (code: DefectCode): DefectAction => {
    if (alwaysRefused.has(code)) return 'refuse'
    return typeof policy === 'string' ? policy : (policy[code] ?? 'refuse')
  }
  const report = (defect: Defect): void => {
    const key = `${defect.code} ${defect.pointer}`
    if (known.has(key)) return
    known.add(key)
    defects.push(defect)
    if (defect.code !== 'invalid-structure') return
    for (let end = defect.pointer.length; end > 0; end = defect.pointer.lastIndexOf('/', end - 1))
      aroundInvalid.add(defect.pointer.slice(0, end))
  }
  return {
    report,
    reportStructure(pointer, message) {
      if (!aroundInvalid.has(pointer)) report({ code: 'invalid-structure', pointer, message })
    },
    settle(fileOf = () => undefined) {
      const told = withoutDoubles(defects).map((defect) => {
        const file = fileOf(defect.pointer)
        return file === undefined ? defect : { ...defect, file }
      })
      const refused = told.filter(({ code }) => actionFor(code) === 'refuse')
      if (refused.length > 0) throw new ContractError(refused)
      return told
    },
  }
}

/** What a class of its own says of a place is not said once more as invalid structure. */
function withoutDoubles(defects: readonly Defect[]): readonly Defect[] {
  const own = new Set(
    defects.filter(({ code }) => code !== 'invalid-structure').map(({ pointer }) => pointer),
  )
  return defects.filter(({ code, pointer }) => code !== 'invalid-structure' || !own.has(pointer))
}
