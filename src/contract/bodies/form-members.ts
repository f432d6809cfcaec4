import type { CompileContext } from '../compile-context.js'
import { readFileSchema } from './file-schema.js'
import type { FormKind, FormMember, FormMembers } from './form-member.js'
import { childPointer, isJsonObject, valueAt, type JsonObject } from '../json-pointer.js'
import { reportMemberDefects } from './form-member-defects.js'
import { canBeJson, isJson, isText, parseMediaType, type MediaType } from './media-type.js'
import { stylesIn, type ParameterStyle, type Shape } from '../parameters/parameter-style.js'
import { compilePartHeaders } from './part-headers.js'
import { toRegExp } from '../schemas/pattern.js'
import type { Located } from '../document/reference.js'
import { flatten, readTypes } from '../parameters/schema-types.js'

/** Members of a form, from its Media Type Object. */
export function compileFormMembers(
  { value, pointer }: Located,
  kind: FormKind,
  context: CompileContext,
): FormMembers {
  const { resolver } = context
  const at = childPointer(pointer, 'schema')
  const schema = value['schema']
  const typed = readTypes(resolver, schema, at)
  const parts = flattened({ value: schema, pointer: at }, context)
  const encodings = isJsonObject(value['encoding']) ? value['encoding'] : {}
  const members = new Map<string, FormMember>()
  const undeclared = parts.flatMap((part) => schemasAt(part, ['additionalProperties']))
  const names = new Set([...typed.members.keys(), ...Object.keys(encodings)])
  for (const name of names) {
    const encodingPointer = childPointer(pointer, 'encoding', name)
    const declaredEncoding = valueAt(encodings, [name])
    const encoding =
      declaredEncoding === undefined ? undefined : resolver.resolve(declaredEncoding, encodingPointer)
    const declared = parts.flatMap((part) => schemasAt(part, ['properties', name]))
    if (declared.length === 0 && !typed.open && typed.memberOf(name) === undefined) {
      const message = `the schema has no member \`${name}\`: remove the encoding, or declare the member`
      context.defects.report({ code: 'invalid-structure', pointer: encodingPointer, message })
    }
    members.set(name, compileMember(declared.length > 0 ? declared : undeclared, encoding, kind, context))
  }
  const patterns = parts.flatMap((part) => {
    const declared = part.value['patternProperties']
    return Object.keys(isJsonObject(declared) ? declared : {}).flatMap((source) => {
      const regexp = toRegExp(source)
      const schemas = schemasAt(part, ['patternProperties', source])
      return regexp ? [{ regexp, member: compileMember(schemas, undefined, kind, context) }] : []
    })
  })
  const other = compileMember(undeclared, undefined, kind, context)
  return {
    typed,
    memberOf: (name) =>
      members.get(name) ?? patterns.find(({ regexp }) => regexp.test(name))?.member ?? other,
    styled: [...members].filter(([, member]) => member.styled !== undefined),
  }
}

function compileMember(
  schemas: readonly Located<unknown>[],
  encoding: Located | undefined,
  kind: FormKind,
  context: CompileContext,
): FormMember {
  const parts = schemas.flatMap((schema) => flattened(schema, context))
  const types = new Set(
    schemas.flatMap(({ value, pointer }) => [...readTypes(context.resolver, value, pointer).types]),
  )
  const isList = types.has('array')
  const items = parts.flatMap((part) => schemasAt(part, ['items']))
  // One value of a list is described by what its items are, and by other types that the member may have.
  const unitParts = isList ? items.flatMap((item) => flattened(item, context)) : parts
  const unitTypes = new Set<string>([...types].filter((type) => type !== 'array'))
  for (const { value, pointer } of isList ? items : [])
    for (const type of readTypes(context.resolver, value, pointer).types) unitTypes.add(type)
  const unit = {
    types: unitTypes,
    isDeclared: schemas.length > 0,
    isBinary: unitParts.some(({ value }) => isBinary(value)),
    isEncoded: unitParts.some(({ value }) => isEncoded(value)),
  }
  const contentTypes = readContentTypes(encoding, context)
  const shape = isList ? 'array' : unitTypes.has('object') ? 'object' : 'primitive'
  const styled = readStyle(encoding, shape, kind, context)
  const member: FormMember = {
    isList,
    nestsLists: unitTypes.has('array'),
    styled,
    contentTypes,
    reading: styled ? 'text' : readingOf(unit, contentTypes, kind, context),
    isEncoded: unit.isEncoded,
    file: readFileSchema(unitParts),
    headers: compilePartHeaders(kind === 'multipart' ? encoding : undefined, context),
  }
  const pointer = schemas[0]?.pointer ?? encoding?.pointer ?? ''
  const source = { kind, pointer, encoding, types: unitTypes, listParts: isList ? parts : [] }
  reportMemberDefects(member, source, context.defects)
  return member
}

interface Unit {
  readonly types: ReadonlySet<string>
  readonly isDeclared: boolean
  readonly isBinary: boolean
  readonly isEncoded: boolean
}

/** "Encoding Object": the content type that is named, else the default by type. */
function readingOf(
  { types, isDeclared, isBinary, isEncoded }: Unit,
  contentTypes: readonly MediaType[] | undefined,
  kind: FormKind,
  { version }: CompileContext,
): FormMember['reading'] {
  if (kind === 'multipart' && isBinary) return 'file'
  if (contentTypes) {
    if (contentTypes.every(isJson)) return 'json'
    if (isEncoded || contentTypes.every(isText) || kind === 'urlencoded') return 'text'
    return contentTypes.some((range) => canBeJson(range) || isText(range)) ? 'sent' : 'file'
  }
  const isComplex = types.has('object') || types.has('array')
  if (isComplex) return types.has('string') ? (kind === 'multipart' ? 'sent' : 'text') : 'json'
  if (types.size > 0 || isEncoded || kind === 'urlencoded') return 'text'
  // A schema without a type is `application/octet-stream` from 3.1 on; 3.0 says nothing of it.
  return isDeclared && version !== '3.0' ? 'file' : 'sent'
}

/** `format: binary` of 3.0, and what 3.1 has instead: a media type that is no text, and no text encoding around it. */
function isBinary(schema: JsonObject): boolean {
  if (schema['format'] === 'binary') return true
  const mediaType = schema['contentMediaType']
  const parsed = typeof mediaType === 'string' ? parseMediaType(mediaType) : undefined
  return parsed !== undefined && !isText(parsed) && !isJson(parsed) && schema['contentEncoding'] === undefined
}

function isEncoded(schema: JsonObject): boolean {
  return schema['contentEncoding'] !== undefined || schema['format'] === 'byte'
}

function readContentTypes(
  encoding: Located | undefined,
  { defects }: CompileContext,
): readonly MediaType[] | undefined {
  const text = encoding?.value['contentType']
  if (encoding === undefined || typeof text !== 'string') return undefined
  const parsed = text.split(',').map(parseMediaType)
  const ranges = parsed.flatMap((range) => range ?? [])
  if (ranges.length === parsed.length) return ranges
  const pointer = childPointer(encoding.pointer, 'contentType')
  const message = `\`${text}\` is no list of media types`
  defects.report({ code: 'unsupported-media-type', pointer, message })
  return undefined
}

function readStyle(
  encoding: Located | undefined,
  shape: Shape,
  kind: FormKind,
  { version, defects }: CompileContext,
): FormMember['styled'] {
  if (!encoding || (kind === 'multipart' && version === '3.0')) return undefined
  const { value, pointer } = encoding
  if (['style', 'explode', 'allowReserved'].every((field) => value[field] === undefined)) return undefined
  const style = (value['style'] ?? 'form') as ParameterStyle
  if (!stylesIn.query.includes(style)) {
    const message = `style \`${style}\` has no meaning in a form: use one of ${stylesIn.query.join(', ')}`
    defects.report({ code: 'unsupported-style', pointer: childPointer(pointer, 'style'), message })
    return undefined
  }
  return {
    style,
    shape,
    explode: typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form',
  }
}

function flattened({ value, pointer }: Located<unknown>, { resolver }: CompileContext): readonly Located[] {
  return flatten(resolver, value, pointer)
}

/** The schema that stands under these keywords, where one does. */
function schemasAt({ value, pointer }: Located, path: readonly string[]): readonly Located<unknown>[] {
  const found = valueAt(value, path)
  return found === undefined || found === false
    ? []
    : [{ value: found, pointer: childPointer(pointer, ...path) }]
}
