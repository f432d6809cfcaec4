import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import { childPointer, isJsonObject } from '../json-pointer.js'
import type { Keep } from '../schemas/declared-members.js'
import { createAcceptTest } from './accept.js'
import { inBytes, readFileSchema } from '../bodies/file-schema.js'
import { toHeaderText } from './header-value.js'
import {
  createMediaTypeMap,
  findAhead,
  isJson,
  isJsonSequence,
  isLineDelimitedJson,
  isText,
  isXml,
  parseMediaType,
  type MediaType,
} from '../bodies/media-type.js'
import { unstyle } from '../parameters/parameter-style.js'
import type { Located, Resolver } from '../document/reference.js'
import { flatten, readTypes } from '../parameters/schema-types.js'
import type { Validate } from '../schemas/validator.js'

/*
 * OpenAPI "Responses Object": what a handler may reply, and how it is written. `default` documents errors that the gate
 * answers; where a handler replies with an error of its own that is not declared, it is held to the same.
 */

export interface Replies {
  /** The reply declared for a status, also by range (`4XX`). */
  readonly find: (status: number) => DeclaredReply | undefined
  /** Media types of what may be replied to a request that succeeds; none where it may be answered without a body. */
  readonly mediaTypes: readonly string[]
  /** Whether an `Accept` field allows one of them. */
  readonly isAcceptable: (accept: string) => boolean
}

export interface DeclaredReply {
  /** The media type of a reply that names none: the only one declared, where it is no range. */
  readonly soleMediaType: string | undefined
  readonly hasContent: boolean
  readonly mediaTypes: readonly string[]
  readonly find: (contentType: string) => ReplyFormat | undefined
  readonly validateHeaders: (headers: Readonly<Record<string, unknown>>) => readonly Violation[]
}

export interface ReplyFormat {
  readonly kind: 'json' | 'lines' | 'sequence' | 'raw'
  /** Of the body, or of one line of it. */
  readonly check: ReplyCheck
  /** OpenAPI 3.2: of all lines as one list, where `schema` describes that. */
  readonly all?: ReplyCheck
}

export interface ReplyCheck {
  readonly validate: Validate
  /** Leaves out what must not leave; `undefined` where nothing is withheld. */
  readonly keep: Keep | undefined
}

const unchecked: ReplyCheck = { validate: () => [], keep: undefined }

export function compileReplies(responses: unknown, pointer: string, context: CompileContext): Replies {
  const exact = new Map<number, DeclaredReply>()
  const ranges = new Map<number, DeclaredReply>()
  let other: DeclaredReply | undefined
  for (const [status, response] of Object.entries(isJsonObject(responses) ? responses : {})) {
    if (status.startsWith('x-')) continue
    const at = childPointer(pointer, status)
    const found = context.resolver.resolve(response, at)
    if (!found) continue
    const declared = compileReply(found, context)
    if (/^[1-5]\d\d$/.test(status)) exact.set(Number(status), declared)
    else if (status === 'default') other = declared
    else if (/^[1-5]XX$/i.test(status)) ranges.set(Number(status[0]), declared)
    else {
      const message = 'a response is declared under a status (`200`), a range (`4XX`) or `default`'
      context.defects.reportStructure(at, message)
    }
  }
  const successes = [...exact, ...ranges].filter(([status]) => status === 2 || Math.floor(status / 100) === 2)
  const mediaTypes = successes.every(([, { hasContent }]) => hasContent)
    ? [...new Set(successes.flatMap(([, reply]) => reply.mediaTypes))]
    : []
  return {
    mediaTypes,
    isAcceptable: mediaTypes.length === 0 ? () => true : createAcceptTest(mediaTypes),
    find: (status) =>
      exact.get(status) ?? ranges.get(Math.floor(status / 100)) ?? (status >= 400 ? other : undefined),
  }
}

function compileReply({ value, pointer }: Located, context: CompileContext): DeclaredReply {
  const content = isJsonObject(value['content']) ? value['content'] : {}
  const names = Object.keys(content)
  const [sole] = names
  const formats = createMediaTypeMap(
    names.flatMap((name) => {
      const at = childPointer(pointer, 'content', name)
      const range = parseMediaType(name)
      if (range) return [{ range, value: compileFormat(range, content[name], at, context) }]
      const message = `\`${name}\` is not a media type`
      context.defects.report({ code: 'unsupported-media-type', pointer: at, message })
      return []
    }),
  )
  return {
    soleMediaType: names.length === 1 && sole !== undefined && !sole.includes('*') ? sole : undefined,
    hasContent: names.length > 0,
    mediaTypes: names,
    validateHeaders: compileHeaders(value['headers'], childPointer(pointer, 'headers'), context),
    find: findAhead(names, (contentType) => {
      const actual = parseMediaType(contentType)
      return actual && formats.find(actual)?.[kindOf(actual)]
    }),
  }
}

/** A range can be met by media types of each kind, and the one that is sent decides how it is written. */
type FormatByKind = Readonly<Record<ReplyFormat['kind'], ReplyFormat>>

function kindOf(mediaType: MediaType): ReplyFormat['kind'] {
  if (isLineDelimitedJson(mediaType)) return 'lines'
  if (isJsonSequence(mediaType)) return 'sequence'
  return isJson(mediaType) ? 'json' : 'raw'
}

function compileFormat(
  range: MediaType,
  mediaTypeObject: unknown,
  pointer: string,
  { resolver, version, validators, defects }: CompileContext,
): FormatByKind {
  const found = isJsonObject(mediaTypeObject) ? resolver.resolve(mediaTypeObject, pointer) : undefined
  const checkOf = (field: 'schema' | 'itemSchema'): ReplyCheck | undefined => {
    if (found?.value[field] === undefined) return undefined
    const at = childPointer(found.pointer, field)
    // Found out when the first reply leaves, as what a schema compiles to is.
    let known: { readonly keep: Keep | undefined } | undefined
    return {
      validate: validators.validatorFor(at, 'reply'),
      get keep() {
        known ??= { keep: validators.keepFor(at) }
        return known.keep
      },
    }
  }
  const isRange = range.type === '*' || range.subtype.includes('*')
  const kind = kindOf(range)
  if (found?.value['itemSchema'] !== undefined && !isRange && kind !== 'lines' && kind !== 'sequence') {
    const message = '`itemSchema` is enforced for line-delimited JSON and JSON text sequences only: remove it'
    defects.report({ code: 'unsupported-media-type', pointer: childPointer(pointer, 'itemSchema'), message })
  }
  if (found?.value['schema'] !== undefined && !isRange && kind === 'raw' && !isText(range)) {
    const at = childPointer(found.pointer, 'schema')
    const flaw = isXml(range)
      ? { message: 'XML is not held against a schema: remove the schema, or declare JSON' }
      : readFileSchema(flatten(resolver, found.value['schema'], at)).flaw
    // Told where the media type is: as what it is, the schema may be right elsewhere.
    if (flaw) defects.report({ code: 'unsupported-media-type', pointer: at, message: flaw.message })
  }
  const whole = checkOf('schema')
  // In 3.0 and 3.1 `schema` describes one line; in 3.2 that is `itemSchema`, and `schema` describes all of them as a list.
  const [line, all] = version === '3.2' ? [checkOf('itemSchema'), whole] : [whole, undefined]
  const raw =
    isText(range) && whole && found
      ? { ...unchecked, validate: textCheck(whole.validate, found, resolver) }
      : whole && found && !isRange && !isXml(range)
        ? { ...unchecked, validate: bytesCheck(whole.validate, found, resolver) }
        : unchecked
  return {
    raw: { kind: 'raw', check: raw },
    json: { kind: 'json', check: whole ?? unchecked },
    lines: { kind: 'lines', check: line ?? unchecked, ...(all && { all }) },
    sequence: { kind: 'sequence', check: line ?? unchecked, ...(all && { all }) },
  }
}

/** A text is held against its schema by declared type, as it is in requests. */
function textCheck(validate: Validate, { value, pointer }: Located, resolver: Resolver): Validate {
  const typed = readTypes(resolver, value['schema'], childPointer(pointer, 'schema'))
  return (body, part) =>
    typeof body === 'string' ? validate(typed.shape === 'primitive' ? typed.coerce(body) : body, part) : []
}

/** Bytes are held against their schema by their number, as it is in requests. How many a stream has is not known. */
function bytesCheck(validate: Validate, { value, pointer }: Located, resolver: Resolver): Validate {
  const { flaw, standIn } = readFileSchema(
    flatten(resolver, value['schema'], childPointer(pointer, 'schema')),
  )
  // Where the policy lets a schema pass that says what bytes cannot fit, they are sent unchecked.
  if (flaw) return unchecked.validate
  return (body, part) => {
    const size =
      typeof body === 'string'
        ? Buffer.byteLength(body)
        : ArrayBuffer.isView(body)
          ? body.byteLength
          : undefined
    return size === undefined ? [] : validate(standIn(size), part).map(inBytes)
  }
}

function compileHeaders(
  headers: unknown,
  pointer: string,
  { resolver, validators }: CompileContext,
): DeclaredReply['validateHeaders'] {
  const declared = Object.entries(isJsonObject(headers) ? headers : {}).flatMap(([name, header]) => {
    const found = resolver.resolve(header, childPointer(pointer, name))
    // OpenAPI: a header named Content-Type is ignored, the media types say it.
    return found && name.toLowerCase() !== 'content-type'
      ? [compileHeader(name, found, { resolver, validators })]
      : []
  })
  if (declared.length === 0) return () => []
  return (given) => {
    const byName = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
    return declared.flatMap((check) => check(byName))
  }
}

function compileHeader(
  name: string,
  { value, pointer }: Located,
  { resolver, validators }: Pick<CompileContext, 'resolver' | 'validators'>,
): (given: ReadonlyMap<string, unknown>) => readonly Violation[] {
  const at = childPointer(pointer, 'schema')
  const typed = value['schema'] === undefined ? undefined : readTypes(resolver, value['schema'], at)
  const validate: Validate = typed ? validators.validatorFor(at, 'reply') : () => []
  const explode = value['explode'] === true
  return (given) => {
    const sent = given.get(name.toLowerCase())
    if (sent === undefined) {
      const violation = {
        in: 'header',
        pointer: `/${name}`,
        keyword: 'required',
        detail: 'is required',
      } as const
      return value['required'] === true ? [violation] : []
    }
    if (!typed) return []
    const text = toHeaderText(sent)
    const decode = (raw: string): string => raw.trim()
    const unstyled = unstyle(text, { name, style: 'simple', explode, shape: typed.shape, decode })
    return validate(typed.coerce(unstyled), 'header', `/${name}`)
  }
}
