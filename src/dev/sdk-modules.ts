/*
 * The two modules of `generated/sdk/`: what the SDK must know of each operation beside the generated calls and types,
 * and the SDK's entry, with the names of `info.x-sdk`.
 */
import type { SecurityScheme } from '../contract/operations/security-requirement.js'
import { takesAccessTokens } from '../contract/operations/sender-constraint.js'
import { resolveReference, toObject, type BundledDocument, type JsonObject } from './bundled-document.js'
import { DevelopmentError } from './development-error.js'
import { readSdkNames } from './sdk-names.js'
import { findPages } from './sdk-pages.js'

const header = '// Generated from the OpenAPI document by `npm run generate`. Do not edit.\n'

/** What @hey-api/openapi-ts called an operation. */
interface GeneratedCall {
  readonly name: string
  /** Names of its generated types: what it takes, and bodies by status. */
  readonly types: Readonly<Record<Direction, string>>
}

/** A generated call, and what the document says of it for people. */
interface DescribedCall extends GeneratedCall {
  readonly comment: string
}

type Direction = 'Inputs' | 'Outputs' | 'Errors'

/**
 * Texts of the modules by file name. `calls` is the text of the generated `sdk.gen.ts`, which names the operations. Throws
 * `DevelopmentError` that says what in the document cannot be had.
 */
export function toSdkModules(document: BundledDocument, calls: string): Readonly<Record<string, string>> {
  const names = readSdkNames(document['info'])
  const generated = findCalls(calls)
  const entries: string[] = []
  const found: DescribedCall[] = []
  const ids = new Map<string, string>()
  for (const [path, pathItem] of Object.entries(toObject(document['paths']))) {
    const { parameters = [], ...members } = toObject(pathItem)
    for (const [method, operation] of Object.entries(members)) {
      const call = generated.get(`${method.toUpperCase()} ${path}`)
      if (call === undefined) continue
      const whole = {
        ...toObject(operation),
        parameters: [
          ...(parameters as unknown[]),
          ...((toObject(operation)['parameters'] ?? []) as unknown[]),
        ],
      }
      const { operationId } = whole as { readonly operationId?: unknown }
      // The key of `scopes`.
      const id = typeof operationId === 'string' ? operationId : `${method.toUpperCase()} ${path}`
      entries.push(`  ${call.name}: ${toEntry(document, id, path, whole)},\n`)
      found.push({ ...call, comment: toComment(whole) })
      ids.set(call.name, id)
    }
  }
  assertDistinct(ids)
  found.sort((a, b) => (a.name < b.name ? -1 : 1))
  const { packageName, environmentPrefix, version } = names
  return {
    'operations.ts': `${header}
import type * as types from '../client/types.gen.js'
import { scopes } from '../scopes.js'

export const names = ${toLiteral({ packageName, environmentPrefix, version })} as const

/** Security schemes that an access token satisfies. */
export const tokenSchemes: readonly string[] = ${toLiteral(findTokenSchemes(document))}

/** What a call must know of its operation beside the types. */
export const operations = {
${entries.sort().join('')}} as const

/** What operations take. */
${toTypeMap('Inputs', found)}
/** Bodies of replies, by status. */
${toTypeMap('Outputs', found)}
/** Bodies of replies that are errors, by status. */
${toTypeMap('Errors', found)}`,
    'index.ts': toEntryModule(names.client),
  }
}

function toTypeMap(direction: Direction, calls: readonly DescribedCall[]): string {
  const members = calls.map(({ name, types, comment }) => {
    const type = types[direction]
    // A method has the comment of what it takes.
    const head = direction === 'Inputs' ? comment : ''
    return `${head}  readonly ${name}: ${type === 'unknown' ? type : `types.${type}`}\n`
  })
  return `export interface Operation${direction} {\n${members.join('')}}\n`
}

/** What an editor shows of a method. */
function toComment({ summary, description, deprecated }: JsonObject): string {
  const text = [summary, description].find((one) => typeof one === 'string')
  const lines = [
    ...(text === undefined ? [] : text.trim().replaceAll('*/', '*\\/').split('\n')),
    ...(deprecated === true ? ['@deprecated'] : []),
  ]
  if (lines.length <= 1) return lines.map((line) => `  /** ${line} */\n`).join('')
  return `  /**\n${lines.map((line) => `   * ${line}`.trimEnd()).join('\n')}\n   */\n`
}

function toEntryModule(client: string): string {
  return `${header}
export { createClient as create${client} } from '../../src/sdk/client.js'
export type { Client as ${client}, ClientOptions as ${client}Options } from '../../src/sdk/client.js'
export type { Call, PagedCall, ErrorHandlers } from '../../src/sdk/call.js'
export type { CallOptions, Input, OperationId, Output, Scope } from '../../src/sdk/operation-types.js'
export type { ApiErrorOf } from '../../src/sdk/operation-errors.js'
export { isApiError } from '../../src/sdk/operation-errors.js'
export { ApiError, ConnectionError, OptionsError, TimeoutError, TokenError } from '../../src/sdk/errors.js'
export type { TokenErrorCode } from '../../src/sdk/errors.js'
export type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from '../../src/sdk/hooks.js'
export { createTokenSource } from '../../src/sdk/token-source.js'
export type { AccessToken, TokenSource } from '../../src/sdk/token-source.js'
export type { TokenSourceOptions } from '../../src/sdk/token-source-options.js'
export type { PrivateJwk } from '../../src/sdk/private-key.js'
export type * from '../client/types.gen.js'
`
}

/**
 * The generator turns operationIds into names by rules of its own, and makes up those that are missing: method and path
 * tell which is which. By `GET /path`.
 */
export function findCalls(text: string): ReadonlyMap<string, GeneratedCall> {
  const declaration =
    /export const (\w+) = <.*?: Options<(\w+), .*?\.(get|post|put|patch|delete|head|options|trace|connect)<(\w+), (\w+), ThrowOnError.*?url: '((?:[^'\\]|\\.)*)'/gs
  return new Map(
    [...text.matchAll(declaration)].map(
      ([, name = '', Inputs = '', method = '', Outputs = '', Errors = '', url = '']) => [
        `${method.toUpperCase()} ${url}`,
        { name, types: { Inputs, Outputs, Errors } },
      ],
    ),
  )
}

/**
 * Of two operations that would have one name, the generator numbers the later: a third one, or another order, would make
 * callers of the one call the other. `ids`: by the generated name.
 */
function assertDistinct(ids: ReadonlyMap<string, string>): void {
  const faults = [...ids].flatMap(([numbered, id]) =>
    [...ids]
      .filter(([name]) => numbered.startsWith(name) && /^\d+$/.test(numbered.slice(name.length)))
      .filter(([, other]) => toLetters(other) === toLetters(id))
      .map(([name, other]) => `${other} and ${id} would both be ${name}: give one another operationId`),
  )
  if (faults.length > 0) throw new DevelopmentError('document', faults.join('\n'))
}

function toLetters(id: string): string {
  return id.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function toEntry(document: BundledDocument, id: string, path: string, operation: JsonObject): string {
  const template = toTemplate(document, path, operation)
  const key = findIdempotencyKey(document, operation)
  const pages = findPages(document, id, operation)
  const members = [
    `security: scopes[${toLiteral(id)}]`,
    ...(template === path ? [] : [`path: ${toLiteral(template)}`]),
    ...(key === undefined ? [] : [`idempotencyKey: ${toLiteral(key)}`]),
    ...(pages === undefined ? [] : [`pages: ${toLiteral(pages)}`]),
    ...(takesLines(document, operation) ? ['takesLines: true'] : []),
    ...(givesLines(document, operation) ? ['givesLines: true'] : []),
  ]
  return `{ ${members.join(', ')} }`
}

/**
 * The path with the styles of its parameters, as RFC 6570 section 3.2 writes them: the generated call has lost them, but its
 * URLs are made of such a template.
 */
function toTemplate(document: BundledDocument, path: string, operation: JsonObject): string {
  const signs: Readonly<Record<string, string>> = { label: '.', matrix: ';' }
  return (operation['parameters'] as readonly unknown[])
    .map((parameter) => resolveReference(document, parameter))
    .filter(({ in: place }) => place === 'path')
    .reduce<string>((template, { name, style, explode }) => {
      const styled = `{${signs[String(style)] ?? ''}${String(name)}${explode === true ? '*' : ''}}`
      return template.replace(`{${String(name)}}`, styled)
    }, path)
}

function findIdempotencyKey(document: BundledDocument, operation: JsonObject): string | undefined {
  const parameters = (operation['parameters'] as readonly unknown[]).map((one) =>
    resolveReference(document, one),
  )
  const found = parameters.find(
    ({ in: place, name }) => place === 'header' && String(name).toLowerCase() === 'idempotency-key',
  )
  return found === undefined ? undefined : String(found['name'])
}

function findTokenSchemes(document: BundledDocument): readonly string[] {
  const schemes = Object.entries(toObject(toObject(document['components'])['securitySchemes']))
  return schemes
    .filter(([, scheme]) =>
      takesAccessTokens(resolveReference(document, scheme) as unknown as SecurityScheme),
    )
    .map(([name]) => name)
}

function takesLines(document: BundledDocument, operation: JsonObject): boolean {
  return hasLines(resolveReference(document, operation['requestBody']))
}

function givesLines(document: BundledDocument, operation: JsonObject): boolean {
  return Object.entries(toObject(operation['responses'])).some(
    ([status, response]) => /^2/.test(status) && hasLines(resolveReference(document, response)),
  )
}

function hasLines(content: JsonObject): boolean {
  return Object.keys(toObject(content['content'])).some((type) =>
    /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonl|json-lines)\s*(?:;|$)/i.test(type),
  )
}

function toLiteral(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`
  return `{ ${Object.entries(toObject(value))
    .map(([name, member]) => `${name}: ${toLiteral(member)}`)
    .join(', ')} }`
}
