import { multipart } from './bodies.js'
import { writeParameter } from './style-values.js'

/*
 * OpenAPI "Media Type Object" and "Encoding Object": a value as a request carries it in its body, written without the code
 * under test.
 */

export interface EncodingObject {
  readonly contentType?: string
  readonly style?: string
  readonly explode?: boolean
}

export type Encodings = Readonly<Record<string, EncodingObject>>

export interface WrittenBody {
  readonly contentType: string
  readonly text: string
}

/** Whether a body of this media type is one value after the other. */
export function isLineDelimited(mediaType: string): boolean {
  return /(?:ndjson|jsonl|json-seq)$/.test(mediaType)
}

/** A file stands in `value` as the text of its bytes. */
export function writeBody(mediaType: string, value: unknown, encoding: Encodings = {}): WrittenBody {
  const body = (text: string, contentType = mediaType): WrittenBody => ({ contentType, text })
  if (mediaType === 'application/x-www-form-urlencoded') return body(writeForm(membersOf(value), encoding))
  if (mediaType === 'multipart/form-data') {
    const parts = membersOf(value).flatMap(([name, member]) => partsOf(name, member, encoding[name]))
    return body(multipart(parts, boundary).toString(), `${mediaType}; boundary=${boundary}`)
  }
  if (mediaType.endsWith('json-seq')) return body(`\x1e${JSON.stringify(value)}\n`)
  return body(typeof value === 'string' && !/json/.test(mediaType) ? value : JSON.stringify(value))
}

const boundary = 'boundary-of-parts'

function writeForm(members: Members, encoding: Encodings): string {
  return members
    .flatMap(([name, member]) => {
      const { style, explode } = encoding[name] ?? {}
      if (style === undefined && explode === undefined)
        return listOf(member).map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(textOf(item))}`)
      return writeParameter(
        { name, in: 'query', ...(style && { style }), ...(explode !== undefined && { explode }) },
        member,
      )
    })
    .join('&')
}

function partsOf(
  name: string,
  member: unknown,
  { contentType }: EncodingObject = {},
): Parameters<typeof multipart>[0] {
  const [first = ''] = contentType?.split(',') ?? []
  return listOf(member).map((item) => {
    // A range allows any of its kind.
    const type = first.trim().replace('*/*', 'application/octet-stream').replace('/*', '/example')
    const given = type !== '' ? type : typeof item === 'object' ? 'application/json' : undefined
    const isFile = given !== undefined && !/json|^text\//.test(given)
    return {
      name,
      value: textOf(item),
      ...(given !== undefined && { type: given }),
      ...(isFile && { filename: 'example' }),
    }
  })
}

type Members = readonly (readonly [name: string, value: unknown])[]

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** Lists come as one value after the other under one name. */
function listOf(member: unknown): readonly unknown[] {
  return Array.isArray(member) ? (member as unknown[]) : [member]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
