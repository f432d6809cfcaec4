import { readFileSync } from 'node:fs'
import type { SecurityScheme, SenderConstraint } from '../../src/contract/operations/security-requirement.js'

/*
 * The bundled document, read without the code under test, and the requests that its examples make.
 */

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly required?: boolean
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
  readonly 'x-invalid-examples'?: Readonly<
    Record<string, { readonly value: string; readonly keyword: string }>
  >
}

interface MediaTypeObject {
  readonly schema?: unknown
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
  readonly 'x-invalid-examples'?: Readonly<
    Record<string, { readonly value: unknown; readonly pointer: string; readonly keyword: string }>
  >
}

interface ResponseObject {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly example?: unknown }>>
  readonly content?: Readonly<Record<string, MediaTypeObject>>
}

export interface DocumentedOperation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  /** Its own requirements, else the document's. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** `x-sender-constrained` of the operation itself. */
  readonly senderConstraint?: SenderConstraint
  readonly parameters: readonly Parameter[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, MediaTypeObject>>
  }
  readonly responses: Readonly<Record<string, ResponseObject>>
}

export interface ExampleRequest {
  readonly method: string
  /** Request target. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export const bundledDocument = JSON.parse(
  readFileSync(new URL('../../generated/openapi.json', import.meta.url), 'utf8'),
) as Record<string, unknown>

/** Replaces references; the document is small and has no circular ones outside its schemas. */
function resolve<T>(value: unknown): T {
  let found = value as Record<string, unknown>
  while (typeof found['$ref'] === 'string') {
    const tokens = found['$ref'].slice(2).split('/')
    found = tokens.reduce<Record<string, unknown>>(
      (at, token) =>
        at[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')] as Record<string, unknown>,
      bundledDocument,
    )
  }
  return found as T
}

function readResponse(value: unknown): ResponseObject {
  const response = resolve<ResponseObject>(value)
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [name, resolve(header)])
  return { ...response, headers: Object.fromEntries(headers) as NonNullable<ResponseObject['headers']> }
}

/** OpenAPI "Path Item Object": the other members are no operations. */
const methods: ReadonlySet<string> = new Set('get put post delete options head patch trace query'.split(' '))

export const documentedOperations: readonly DocumentedOperation[] = Object.entries(
  bundledDocument['paths'] as Record<string, Record<string, unknown>>,
).flatMap(([path, item]) => {
  const shared = (item['parameters'] ?? []) as readonly unknown[]
  return Object.entries(item).flatMap(([method, value]) => {
    if (!methods.has(method)) return []
    const operation = value as Record<string, unknown>
    const own = (operation['parameters'] ?? []) as readonly unknown[]
    return {
      operationId: (operation['operationId'] as string | undefined) ?? `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      security: (operation['security'] ??
        bundledDocument['security'] ??
        []) as DocumentedOperation['security'],
      ...(operation['x-sender-constrained'] !== undefined && {
        senderConstraint: operation['x-sender-constrained'] as SenderConstraint,
      }),
      parameters: [...shared, ...own].map((parameter) => resolve<Parameter>(parameter)),
      ...(operation['requestBody'] !== undefined && { requestBody: resolve(operation['requestBody']) }),
      responses: Object.fromEntries(
        Object.entries(operation['responses'] as Record<string, unknown>).map(([status, response]) => [
          status,
          readResponse(response),
        ]),
      ),
    }
  })
})

/** The security schemes of the document, by name. */
export const documentedSchemes: Readonly<Record<string, SecurityScheme>> = Object.fromEntries(
  Object.entries(
    (bundledDocument['components'] as { securitySchemes?: Record<string, unknown> } | undefined)
      ?.securitySchemes ?? {},
  ).map(([name, scheme]) => [name, resolve<SecurityScheme>(scheme)]),
)

export function exampleOf(parameter: Parameter): unknown {
  return parameter.example ?? Object.values(parameter.examples ?? {})[0]?.value
}

/** Every scope that the document names. */
export const documentedScopes: readonly string[] = [
  ...new Set(
    documentedOperations.flatMap(({ security }) => security.flatMap((all) => Object.values(all).flat())),
  ),
]

export interface RequestChanges {
  /** Raw value of one parameter in place of its example. */
  readonly parameter?: { readonly name: string; readonly in: string; readonly value: string }
  /** Left out. */
  readonly without?: Parameter
  readonly body?: { readonly mediaType: string; readonly value: unknown }
}

/** A request made of the examples of the document: every parameter, and the first example of the body. */
export function exampleRequest(operation: DocumentedOperation, changes: RequestChanges = {}): ExampleRequest {
  const query: string[] = []
  const headers: Record<string, string> = {}
  let path = operation.path
  for (const parameter of operation.parameters) {
    if (parameter === changes.without) continue
    const changed = changes.parameter?.name === parameter.name && changes.parameter.in === parameter.in
    const value = changed ? changes.parameter.value : exampleOf(parameter)
    if (value === undefined) continue
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(String(value)))
    else if (parameter.in === 'header') headers[parameter.name] = String(value)
    else if (parameter.in === 'cookie')
      headers['Cookie'] = [headers['Cookie'] ?? [], `${parameter.name}=${String(value)}`].flat().join('; ')
    else {
      const values = Array.isArray(value) ? (value as unknown[]) : [value]
      query.push(...values.map((one) => `${parameter.name}=${encodeURIComponent(String(one))}`))
    }
  }
  const [first] = exampleBodies(operation)
  const body = changes.body ?? first
  return {
    method: operation.method,
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: { ...headers, ...(body && { 'Content-Type': body.mediaType }) },
    ...(body && { body: JSON.stringify(body.value) }),
  }
}

/** The declared examples of the request body. */
export function exampleBodies(
  operation: DocumentedOperation,
): readonly { readonly name: string; readonly mediaType: string; readonly value: unknown }[] {
  return Object.entries(operation.requestBody?.content ?? {}).flatMap(([mediaType, { examples = {} }]) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, mediaType, value })),
  )
}

/** The declared bodies that must be refused. */
export function invalidBodies(operation: DocumentedOperation): readonly {
  readonly name: string
  readonly mediaType: string
  readonly value: unknown
  readonly pointer: string
  readonly keyword: string
}[] {
  return Object.entries(operation.requestBody?.content ?? {}).flatMap(([mediaType, media]) =>
    Object.entries(media['x-invalid-examples'] ?? {}).map(([name, { value, pointer, keyword }]) => ({
      name,
      mediaType,
      value,
      // Pointers into a line-delimited body begin with the number of the line.
      pointer: mediaType.endsWith('ndjson') ? `/0${pointer}` : pointer,
      keyword,
    })),
  )
}

export interface ExampleReply {
  readonly status: number
  readonly name: string
  readonly mediaType: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Whether what is sent as the reply may have no members but those declared. */
export function isClosed(operation: DocumentedOperation, { status, mediaType = '' }: ExampleReply): boolean {
  const schema = operation.responses[status]?.content?.[mediaType]?.schema
  if (typeof schema !== 'object' || schema === null) return false
  const found = resolve<{ additionalProperties?: unknown; unevaluatedProperties?: unknown }>(schema)
  return found.additionalProperties === false || found.unevaluatedProperties === false
}

/** The replies that the document declares by example, with their required headers. */
export function exampleReplies(operation: DocumentedOperation): readonly ExampleReply[] {
  return Object.entries(operation.responses).flatMap(([status, response]): readonly ExampleReply[] => {
    if (status === 'default') return []
    const headers = Object.fromEntries(
      Object.entries(response.headers ?? {})
        .filter(([, header]) => header.required)
        .map(([name, header]) => [name, header.example]),
    )
    const content = Object.entries(response.content ?? {})
    if (content.length === 0)
      return [{ status: Number(status), name: 'empty', mediaType: undefined, headers, body: undefined }]
    return content.flatMap(([mediaType, { examples = {} }]) =>
      Object.entries(examples).map(([name, { value }]) => ({
        status: Number(status),
        name,
        mediaType,
        headers,
        body: mediaType.endsWith('ndjson') ? [value] : value,
      })),
    )
  })
}
