import { Readable } from 'node:stream'
import type { Context } from 'koa'
import type { AnyReply } from '../contract/handler.js'
import { toHeaderText } from '../contract/operations/header-value.js'
import type { Operation } from '../contract/operations/operation.js'
import type { DeclaredReply, ReplyCheck, ReplyFormat } from '../contract/operations/replies.js'
import { Problem, type Violation } from '../problem/problem.js'
import type { Logger } from '../telemetry/log.js'

/** What becomes of a reply that the document does not declare: a 500, a line in the log, or nothing. */
export type ReplyValidation = 'enforce' | 'report' | 'off'

export interface SendReplyOptions {
  readonly validateReplies: ReplyValidation
  readonly logger: Logger
}

/** A reply outside the document. The message is for the log. */
class ReplyDriftError extends Error {
  override readonly name = 'ReplyDriftError'
  readonly code = 'reply_drift'
  readonly violations: readonly Violation[]

  constructor(operation: Operation, status: number, why: string, violations: readonly Violation[] = []) {
    super(`${operation.key} replied ${status}: ${why}`)
    this.violations = violations
  }
}

/** Holds a handler's reply against the document and writes it. */
export async function sendReply(
  ctx: Context,
  operation: Operation,
  reply: AnyReply,
  options: SendReplyOptions,
): Promise<void> {
  const drift = driftHandler(operation, reply.status, options)
  const headers = (reply.headers ?? {}) as Readonly<Record<string, unknown>>
  const declared = operation.replies.find(reply.status)
  if (!declared) drift('the status is not declared')
  else if (options.validateReplies !== 'off') {
    const violations = declared.validateHeaders(headers)
    if (violations.length > 0) drift('a header does not fit', violations)
  }
  const contentType = contentTypeOf(headers, declared)
  const body = await toBody(reply, declared, contentType, drift, options)
  ctx.status = reply.status
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) ctx.set(name, value.map(toHeaderText))
    else if (value !== undefined) ctx.set(name, toHeaderText(value))
  }
  if (body === undefined) {
    // Koa makes it a 204.
    ctx.body = null
    ctx.status = reply.status
    return
  }
  if (contentType !== undefined) ctx.set('Content-Type', contentType)
  // Koa only reports what breaks a stream; without this the caller would wait for the rest of it.
  if (body instanceof Readable) body.once('error', () => ctx.res.destroy())
  ctx.body = body
}

type Drift = (why: string, violations?: readonly Violation[]) => void

function driftHandler(
  operation: Operation,
  status: number,
  { validateReplies, logger }: SendReplyOptions,
): Drift {
  return (why, violations = []) => {
    const error = new ReplyDriftError(operation, status, why, violations)
    if (validateReplies === 'enforce') throw new Problem('internal-error', { cause: error })
    if (validateReplies === 'report') {
      logger.warn({ operationId: operation.key, status, why, violations }, 'reply does not fit the document')
    }
  }
}

function contentTypeOf(
  headers: Readonly<Record<string, unknown>>,
  declared: DeclaredReply | undefined,
): string | undefined {
  const named = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')
  return named === undefined ? declared?.soleMediaType : String(named[1])
}

async function toBody(
  { body }: AnyReply,
  declared: DeclaredReply | undefined,
  contentType: string | undefined,
  drift: Drift,
  { validateReplies }: SendReplyOptions,
): Promise<string | Buffer | Readable | undefined> {
  if (body === undefined) {
    if (declared?.hasContent) drift('a body is declared and none was given')
    return undefined
  }
  if (declared && !declared.hasContent) {
    drift('a body was given and none is declared')
    return undefined
  }
  const format = contentType === undefined ? undefined : declared?.find(contentType)
  if (declared && !format) drift(`media type \`${contentType ?? 'none'}\` is not declared`)
  if (format?.kind === 'lines' || format?.kind === 'sequence')
    return toLines(body as AsyncIterable<unknown>, format, validateReplies !== 'off', drift)
  const { validate, keep } = format?.check ?? {}
  const violations = (validateReplies === 'off' ? undefined : validate?.(body, 'body')) ?? []
  if (violations.length > 0) drift('the body does not fit', violations)
  if (format?.kind === 'raw' || (!format && isRaw(body))) return toRaw(body)
  return JSON.stringify(keep ? keep(body) : body)
}

/** The first line is written before anything is sent, so that what fails at once can still be told. */
async function toLines(
  lines: AsyncIterable<unknown> | Iterable<unknown>,
  { kind, check: { keep, validate }, all: whole }: ReplyFormat,
  isChecked: boolean,
  drift: Drift,
): Promise<Readable> {
  // RFC 7464 section 2.2.
  const begin = kind === 'sequence' ? '\u001e' : ''
  async function* write(): AsyncGenerator<string> {
    let index = 0
    for await (const line of whole ? await collect(lines, whole, isChecked, drift) : lines) {
      const violations = isChecked ? validate(line, 'body', `/${index++}`) : []
      if (violations.length > 0) drift('a line does not fit', violations)
      yield `${begin}${JSON.stringify(keep ? keep(line) : line)}\n`
    }
  }
  const written = write()
  const first = await written.next()
  async function* all(): AsyncGenerator<string> {
    if (first.done) return
    yield first.value
    yield* written
  }
  return Readable.from(all(), { objectMode: false })
}

/** What is described as one list can only be checked as one. */
async function collect(
  lines: AsyncIterable<unknown> | Iterable<unknown>,
  { validate, keep }: ReplyCheck,
  isChecked: boolean,
  drift: Drift,
): Promise<readonly unknown[]> {
  const list: unknown[] = []
  for await (const line of lines) list.push(line)
  const violations = isChecked ? validate(list, 'body') : []
  if (violations.length > 0) drift('the lines do not fit', violations)
  return (keep ? keep(list) : list) as readonly unknown[]
}

function isRaw(body: unknown): boolean {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof Readable
}

function toRaw(body: unknown): string | Buffer | Readable {
  if (typeof body === 'string' || body instanceof Readable) return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return Readable.from(body as AsyncIterable<Uint8Array>, { objectMode: false })
}
