import type { Violation } from '../../problem/problem.js'
import type { FilePart } from './binary-content.js'
import { bodyViolation, type DecodedBody } from './body-format.js'
import { inBytes } from './file-schema.js'
import type { FormMember, FormMembers } from './form-member.js'
import { childPointer } from '../json-pointer.js'
import {
  deepPath,
  emptyObject,
  setOnce,
  StyleError,
  undeepen,
  unstyle,
  type Decode,
  type Unstyled,
} from '../parameters/parameter-style.js'
import type { ReadLimits } from '../limits.js'
import { MalformedEncodingError } from '../parameters/query-string.js'
import type { TypedSchema } from '../parameters/schema-types.js'
import type { Validate } from '../schemas/validator.js'

/* From the values of a form, by name and in the order in which they came, to one object that fits its schema. */

/** One value as it came: a text with what encoding it has, a parsed JSON text, or a file. */
export type FieldValue = { readonly raw: string } | { readonly json: unknown } | { readonly file: FilePart }

export type Fields = ReadonlyMap<string, readonly FieldValue[]>

/**
 * Texts become numbers and booleans by declared type; several values of one name become a list (OpenAPI 3.2, "Encoding By
 * Name"). The object has no prototype. `decode` undoes the encoding of texts, behind their style.
 */
export function toFormValue(
  members: FormMembers,
  fields: Fields,
  decode: Decode,
  validate: Validate,
  limits: ReadLimits,
): DecodedBody {
  const { texts, styledFields, violations } = readTexts(members, fields, decode, limits)
  if (violations.length > 0) return { violations }
  const coerced = members.typed.coerce(texts) as Readonly<Record<string, unknown>>
  const object = Object.create(null) as Record<string, unknown>
  const files = new Set<unknown>()
  for (const [name, values] of fields) {
    if (styledFields.has(name)) continue
    for (const value of values) if ('file' in value) files.add(value.file)
    object[name] = values.every(isRaw) ? coerced[name] : join(members.memberOf(name), values, coerced[name])
  }
  for (const [name] of members.styled) if (name in texts) object[name] = coerced[name]
  return checkFiles(members, object, files, validate, limits)
}

interface Texts {
  /** By member, as their styles have them. */
  readonly texts: Readonly<Record<string, Unstyled>>
  /** Fields that styled members are written in. */
  readonly styledFields: ReadonlySet<string>
  readonly violations: readonly Violation[]
}

function readTexts(members: FormMembers, fields: Fields, decode: Decode, limits: ReadLimits): Texts {
  const violations: Violation[] = []
  const texts = emptyObject()
  const put = (name: string, read: () => Unstyled | undefined): void => {
    try {
      const value = read()
      if (value !== undefined) texts[name] = value
    } catch (error) {
      const keyword = error instanceof StyleError ? 'style' : 'encoding'
      if (keyword === 'encoding' && !(error instanceof MalformedEncodingError)) throw error
      violations.push(bodyViolation(childPointer('', name), keyword, (error as Error).message))
    }
  }
  const styledFields = new Set<string>()
  for (const [name, member] of members.styled) {
    const own = [...fields.keys()].filter((field) => belongsTo(field, name, member, members, fields))
    for (const field of own) styledFields.add(field)
    const pairs = own.flatMap((field) => rawValues(fields.get(field)).map((raw) => ({ field, raw })))
    put(name, () => readStyled(name, member, members.typed.memberOf(name), pairs, decode, limits))
  }
  for (const [name, values] of fields) {
    if (styledFields.has(name)) continue
    const isList = members.memberOf(name).isList || values.length > 1
    put(name, () => {
      const sent = rawValues(values).map(decode)
      return isList && sent.length > 0 ? sent : sent[0]
    })
  }
  return { texts, styledFields, violations }
}

function isRaw(value: FieldValue): value is FieldValue & { readonly raw: string } {
  return 'raw' in value
}

function rawValues(values: readonly FieldValue[] = []): readonly string[] {
  return values.filter(isRaw).map(({ raw }) => raw)
}

interface Pair {
  readonly field: string
  readonly raw: string
}

/** Whether a field is one of those that a styled member is written in. */
function belongsTo(
  field: string,
  name: string,
  { styled }: FormMember,
  { typed }: FormMembers,
  fields: Fields,
): boolean {
  if (!styled || fields.get(field)?.every(isRaw) === false) return false
  if (styled.style === 'deepObject') return field === name || deepPath(field, name) !== undefined
  if (!styled.explode || styled.shape !== 'object') return field === name
  const object = typed.memberOf(name)
  // Like a query parameter of that style, an open one takes the fields that nobody declares.
  return object?.members.has(field) === true || (object?.open === true && !typed.members.has(field))
}

/** As query parameters are read ("Style Values"). */
function readStyled(
  name: string,
  { styled }: FormMember,
  typed: TypedSchema | undefined,
  pairs: readonly Pair[],
  decode: Decode,
  { depth }: ReadLimits,
): Unstyled | undefined {
  const [first, ...more] = pairs
  if (!styled || !first) return undefined
  const { style, explode, shape } = styled
  if (style === 'deepObject') {
    return undeepen(
      pairs.map(({ field, raw }) => {
        const path = deepPath(field, name)
        if (!path) throw new StyleError(`must be of the form \`${name}[member]=value\``)
        if (path.length > depth) throw new StyleError(`nests deeper than ${depth} levels`)
        return { path, value: decode(raw) }
      }),
    )
  }
  if (explode && shape === 'array') return pairs.map(({ raw }) => decode(raw))
  if (explode && shape === 'object') {
    const object = emptyObject()
    for (const { field, raw } of pairs) {
      const known = object[field]
      if (typed?.memberOf(field)?.shape !== 'array') setOnce(object, field, decode(raw))
      else object[field] = [...(Array.isArray(known) ? (known as readonly string[]) : []), decode(raw)]
    }
    return object
  }
  if (more.length > 0) throw new StyleError('must be given once')
  return unstyle(first.raw, { name, style, explode, shape, decode })
}

/** Values of one name that are not all texts, with the texts among them coerced. */
function join(member: FormMember, values: readonly FieldValue[], coerced: unknown): unknown {
  const texts = (Array.isArray(coerced) ? (coerced as readonly unknown[]) : [coerced])[Symbol.iterator]()
  const joined = values.map((value) =>
    'json' in value ? value.json : 'file' in value ? value.file : texts.next().value,
  )
  const [only] = joined
  if (joined.length > 1) return joined
  if (!member.isList) return only
  // Many send a list as one JSON text. Where its items are no lists themselves it can mean nothing else.
  return Array.isArray(only) && !member.nestsLists ? only : joined
}

/** Holds the object against its schema, with texts that stand for its files. */
function checkFiles(
  members: FormMembers,
  object: Readonly<Record<string, unknown>>,
  files: ReadonlySet<unknown>,
  validate: Validate,
  limits: ReadLimits,
): DecodedBody {
  const filePointers = new Set<string>()
  const stood = Object.create(null) as Record<string, unknown>
  for (const [name, value] of Object.entries(object)) {
    const { standIn } = members.memberOf(name).file
    const replace = (item: unknown, pointer: string): unknown => {
      if (!files.has(item)) return item
      filePointers.add(pointer)
      return standIn((item as FilePart).size)
    }
    const pointer = childPointer('', name)
    stood[name] =
      files.size > 0 && Array.isArray(value)
        ? value.map((item, index) => replace(item, childPointer(pointer, index)))
        : replace(value, pointer)
  }
  const violations = validate(stood, 'body', '', limits.violations).map((violation) =>
    filePointers.has(violation.pointer) ? inBytes(violation) : violation,
  )
  if (violations.length > 0) return { violations }
  // Validation has added defaults; what was replaced for it is put back.
  for (const [name, value] of Object.entries(object)) if (holdsFile(value, files)) stood[name] = value
  return { value: stood, violations }
}

function holdsFile(value: unknown, files: ReadonlySet<unknown>): boolean {
  return files.has(value) || (Array.isArray(value) && value.some((item) => files.has(item)))
}
