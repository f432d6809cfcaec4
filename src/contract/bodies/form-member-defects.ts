import type { DefectLog } from '../defect.js'
import type { FormKind, FormMember } from './form-member.js'
import { childPointer } from '../json-pointer.js'
import { canBeJson, isJson, isText, type MediaType } from './media-type.js'
import type { Located } from '../document/reference.js'

/** What a member was compiled from. */
export interface MemberSource {
  readonly kind: FormKind
  /** Pointer of the member's schema. */
  readonly pointer: string
  readonly encoding: Located | undefined
  /** Types that one value may have. */
  readonly types: ReadonlySet<string>
  /** The schemas of the list, where the member is one. */
  readonly listParts: readonly Located[]
}

/** Reports what of a member cannot be enforced, so that its requests would never fit or never be checked. */
export function reportMemberDefects(member: FormMember, source: MemberSource, defects: DefectLog): void {
  const report = (pointer: string, message: string): void =>
    defects.report({ code: 'unsupported-media-type', pointer, message })
  if (member.styled === undefined) reportContentTypes(member, source, report)
  if (member.reading === 'file') reportFile(member, source, report)
  for (const name of ['encoding', 'prefixEncoding', 'itemEncoding']) {
    if (source.encoding?.value[name] === undefined) continue
    const message = `\`${name}\` inside an encoding is not read here: send the part as JSON or as a file`
    report(childPointer(source.encoding.pointer, name), message)
  }
}

type Report = (pointer: string, message: string) => void

function reportContentTypes(
  { contentTypes = [] }: FormMember,
  { kind, encoding, pointer, types }: MemberSource,
  report: Report,
): void {
  const at = childPointer(encoding?.pointer ?? pointer, 'contentType')
  const unfit = contentTypes.find((range) => !canHold(range, types))
  if (unfit) {
    const name = `${unfit.type}/${unfit.subtype}`
    report(at, `\`${name}\` cannot be held against a schema of this type: declare JSON, or a string`)
  }
  if (kind === 'urlencoded' && contentTypes.some(isJson) && !contentTypes.every(isJson))
    report(at, 'nothing in a urlencoded form tells which of these it is: declare one')
}

const ofLists = ['uniqueItems', 'contains', 'prefixItems', 'enum', 'const']

function reportFile({ file }: FormMember, { listParts }: MemberSource, report: Report): void {
  if (file.flaw) report(file.flaw.pointer, file.flaw.message)
  for (const { value, pointer } of listParts) {
    const keyword = ofLists.find((name) => value[name] !== undefined)
    if (keyword !== undefined)
      report(childPointer(pointer, keyword), `\`${keyword}\` is not enforced for files: remove it`)
  }
}

/** Whether values of these types can be read from that content type. */
function canHold(range: MediaType, types: ReadonlySet<string>): boolean {
  if (types.size === 0 || types.has('string') || canBeJson(range)) return true
  const isPrimitive = ['number', 'integer', 'boolean', 'null'].some((type) => types.has(type))
  return isPrimitive && isText(range)
}
