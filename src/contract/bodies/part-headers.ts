import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import { bodyViolation } from './body-format.js'
import { childPointer, isJsonObject } from '../json-pointer.js'
import { isJson, parseMediaType } from './media-type.js'
import { StyleError, unstyle } from '../parameters/parameter-style.js'
import type { Located } from '../document/reference.js'
import { readTypes } from '../parameters/schema-types.js'
import type { Validate } from '../schemas/validator.js'

/* `headers` of the OpenAPI "Encoding Object": what the header of a part must say. */

/** The header of a part: values by name in lower case, as they were sent. */
export type SentHeaders = Readonly<Record<string, readonly string[] | undefined>>

export interface PartHeaders {
  /** The declared header fields, decoded, and what does not fit, at the pointer of the part. */
  readonly read: (
    sent: SentHeaders,
    pointer: string,
  ) => { readonly headers: Readonly<Record<string, unknown>>; readonly violations: readonly Violation[] }
}

export function compilePartHeaders(encoding: Located | undefined, context: CompileContext): PartHeaders {
  const declared = isJsonObject(encoding?.value['headers']) ? encoding.value['headers'] : {}
  const headers = Object.entries(declared).flatMap(([name, header]) => {
    // OpenAPI: the content type is said by `contentType`, and ignored here.
    if (name.toLowerCase() === 'content-type') return []
    const found = context.resolver.resolve(header, childPointer(encoding?.pointer ?? '', 'headers', name))
    return found ? [compileHeader(name, found, context)] : []
  })
  return {
    read(sent, pointer) {
      const values = Object.create(null) as Record<string, unknown>
      const violations: Violation[] = []
      for (const { name, read } of headers) {
        const key = name.toLowerCase()
        const result = read(sent[key])
        if (result.value !== undefined) values[key] = result.value
        violations.push(
          ...result.violations.map(({ keyword, detail }) =>
            bodyViolation(pointer, keyword, `header \`${name}\` ${detail}`),
          ),
        )
      }
      return { headers: values, violations }
    },
  }
}

interface HeaderReader {
  readonly name: string
  readonly read: (sent: readonly string[] | undefined) => {
    readonly value?: unknown
    readonly violations: readonly Pick<Violation, 'keyword' | 'detail'>[]
  }
}

function compileHeader(name: string, { value, pointer }: Located, context: CompileContext): HeaderReader {
  const { decode, validate } = isJsonObject(value['content'])
    ? contentOf(value['content'], pointer, context)
    : schemaOf(name, { value, pointer }, context)
  const required = value['required'] === true
  return {
    name,
    read(sent) {
      if (!sent) return { violations: required ? [{ keyword: 'required', detail: 'is required' }] : [] }
      try {
        const decoded = decode(sent.join(', '))
        return { value: decoded, violations: validate(decoded, 'body') }
      } catch (error) {
        if (error instanceof StyleError) return { violations: [{ keyword: 'style', detail: error.message }] }
        throw error
      }
    },
  }
}

interface HeaderCoding {
  readonly decode: (raw: string) => unknown
  readonly validate: Validate
}

function schemaOf(
  name: string,
  { value, pointer }: Located,
  { resolver, validators }: CompileContext,
): HeaderCoding {
  if (value['schema'] === undefined) return { decode: (raw) => raw, validate: () => [] }
  const at = childPointer(pointer, 'schema')
  const { shape, coerce } = readTypes(resolver, value['schema'], at)
  const options = { name, style: 'simple', explode: value['explode'] === true, shape } as const
  return {
    validate: validators.validatorFor(at, 'request'),
    decode: (raw) => coerce(unstyle(raw, { ...options, decode: (text) => text.trim() })),
  }
}

function contentOf(
  content: NonNullable<Located['value']>,
  pointer: string,
  { resolver, validators }: CompileContext,
): HeaderCoding {
  const [text = '', mediaType] = Object.entries(content)[0] ?? []
  const at = childPointer(pointer, 'content', text, 'schema')
  const schema = isJsonObject(mediaType) ? mediaType['schema'] : undefined
  const validate = schema === undefined ? (): [] => [] : validators.validatorFor(at, 'request')
  const range = parseMediaType(text)
  if (range && isJson(range)) return { validate, decode: parseHeaderJson }
  const coerce = schema === undefined ? (raw: string) => raw : readTypes(resolver, schema, at).coerce
  return { validate, decode: coerce }
}

function parseHeaderJson(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown
  } catch {
    throw new StyleError('must be JSON')
  }
}
