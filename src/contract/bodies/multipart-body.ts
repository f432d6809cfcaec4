import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import type { KeepBytes } from './binary-content.js'
import { bodyViolation, BodyLimitError, decodeUtf8, type DecodedBody, type FormatFor } from './body-format.js'
import { parseDisposition } from './content-disposition.js'
import type { FormMember, FormMembers } from './form-member.js'
import { compileFormMembers } from './form-members.js'
import { toFormValue, type FieldValue } from './form-value.js'
import { toJson } from './json-body.js'
import { childPointer } from '../json-pointer.js'
import { isJson, isText, isUtf8, parseMediaType, specificity, type MediaType } from './media-type.js'
import { MultipartError, readParts, type ReceivedPart } from './multipart-parts.js'
import type { SentHeaders } from './part-headers.js'
import type { Located } from '../document/reference.js'
import type { BodyLimits } from '../limits.js'
import type { Validate } from '../schemas/validator.js'

/* `multipart/form-data` (RFC 7578), its parts by OpenAPI "Encoding `multipart` Media Types". */

export function compileMultipart(
  mediaTypeObject: Located,
  validate: Validate,
  context: CompileContext,
): FormatFor {
  const members = compileFormMembers(mediaTypeObject, 'multipart', context)
  return (actual) => ({
    kind: 'parts',
    async decode(chunks, limits, keep) {
      try {
        return await decodeParts(chunks, actual.parameters.get('boundary'), {
          members,
          validate,
          limits,
          keep,
        })
      } catch (error) {
        if (!(error instanceof MultipartError)) throw error
        return { violations: [bodyViolation('', 'multipart', error.message)] }
      }
    },
  })
}

interface Reading {
  readonly members: FormMembers
  readonly validate: Validate
  readonly limits: BodyLimits
  readonly keep: KeepBytes
}

async function decodeParts(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string | undefined,
  { members, validate, limits, keep }: Reading,
): Promise<DecodedBody> {
  const fields = new Map<string, FieldValue[]>()
  const counts = new Map<string, number>()
  const violations: Violation[] = []
  let fieldBytes = 0
  const collect = async (part: ReceivedPart): Promise<Uint8Array> => {
    const collected: Uint8Array[] = []
    for await (const chunk of part.chunks) {
      fieldBytes += chunk.length
      if (fieldBytes > limits.fieldBytes)
        throw new BodyLimitError(`Parts that are no files may have ${limits.fieldBytes} bytes together.`)
      collected.push(chunk)
    }
    return Buffer.concat(collected)
  }
  for await (const part of readParts(chunks, boundary, limits.parts)) {
    const disposition = parseDisposition(part.headers)
    if (!disposition) throw new MultipartError('has a part whose Content-Disposition names no field')
    const { name, filename } = disposition
    const member = members.memberOf(name)
    const values = fields.get(name) ?? []
    if (values.length === 0) fields.set(name, values)
    const index = counts.get(name) ?? 0
    counts.set(name, index + 1)
    const pointer = childPointer('', name, ...(member.isList ? [index] : []))
    const sent = sentType(part.headers, filename)
    const { headers, violations: misfits } = member.headers.read(part.headers, pointer)
    const found = [...misfits, ...checkType(member, sent, part.headers, pointer)]
    const reading = readingFor(member, sent, filename)
    if (found.length > 0 || (reading === 'file' && violations.length > 0)) {
      // What is refused anyway is read on for what else does not fit, and not kept.
      for await (const _ of part.chunks);
    } else if (reading === 'file') {
      const kept = await keep(part.chunks)
      values.push({ file: { ...kept, filename, headers, mediaType: sent.text } })
    } else {
      const bytes = await collect(part)
      const value =
        reading === 'json' ? toJsonField(bytes, pointer, limits.depth) : toTextField(bytes, sent, pointer)
      if ('violation' in value) found.push(value.violation)
      else values.push(value)
    }
    violations.push(...found)
    if (violations.length >= limits.violations) break
  }
  return violations.length > 0 ? { violations } : toFormValue(members, fields, (raw) => raw, validate, limits)
}

interface SentType {
  readonly text: string
  /** `undefined` where the part names none that can be read. */
  readonly parsed: MediaType | undefined
}

/** What a part without a `Content-Type` is (RFC 7578 section 4.4): text, or bytes where it is a file of unknown type. */
function sentType(headers: SentHeaders, filename: string | undefined): SentType {
  const [text, ...more] = headers['content-type'] ?? [
    filename === undefined ? 'text/plain' : 'application/octet-stream',
  ]
  return { text: text ?? '', parsed: more.length === 0 ? parseMediaType(text ?? '') : undefined }
}

function readingFor(
  { reading }: FormMember,
  { parsed }: SentType,
  filename: string | undefined,
): 'text' | 'json' | 'file' {
  if (reading !== 'sent') return reading
  if (!parsed) return 'file'
  if (isJson(parsed)) return 'json'
  return isText(parsed) && filename === undefined ? 'text' : 'file'
}

const identities: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary'])

function checkType(
  { contentTypes, reading, isEncoded, styled }: FormMember,
  { parsed }: SentType,
  headers: SentHeaders,
  pointer: string,
): readonly Violation[] {
  const violations: Violation[] = []
  const [transfer] = headers['content-transfer-encoding'] ?? []
  // RFC 7578 section 4.7 deprecates it. A text that stands for bytes stays text, whatever says so.
  if (transfer !== undefined && !identities.has(transfer.toLowerCase()) && !isEncoded)
    violations.push(bodyViolation(pointer, 'contentEncoding', 'must be sent without a transfer encoding'))
  const refuse = (wanted: string): void => {
    violations.push(bodyViolation(pointer, 'contentType', `must be sent as ${wanted}`))
  }
  if (!parsed) refuse('a media type')
  else if (contentTypes && !styled) {
    if (!contentTypes.some((range) => specificity(range, parsed) > 0))
      refuse(contentTypes.map(nameOf).join(' or '))
  } else if (reading === 'json' && !isJson(parsed) && !isText(parsed)) refuse('application/json')
  else if (reading === 'text' && !isText(parsed) && !isEncoded) refuse('text/plain')
  return violations
}

function nameOf({ type, subtype }: MediaType): string {
  return `${type}/${subtype}`
}

type Read = FieldValue | { readonly violation: Violation }

function toJsonField(bytes: Uint8Array, pointer: string, depthLimit: number): Read {
  const parsed = toJson(bytes, pointer, depthLimit)
  return 'violation' in parsed ? parsed : { json: parsed.value }
}

function toTextField(bytes: Uint8Array, { parsed }: SentType, pointer: string): Read {
  const raw = parsed && isUtf8(parsed) ? decodeUtf8(bytes) : undefined
  return raw === undefined ? { violation: bodyViolation(pointer, 'encoding', 'is not UTF-8') } : { raw }
}
