import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { SecurityScheme, SenderConstraint } from '../../src/contract/operations/security-requirement.js'
import { writeParameter, type StyledParameter } from './style-values.js'
import { isLineDelimited, writeBody, type Encodings } from './written-bodies.js'

/*
 * The document, read without the code under test, and the requests that its examples make.
 */

interface Parameter extends StyledParameter {
  readonly required?: boolean
  readonly content?: Readonly<Record<string, MediaTypeObject>>
  readonly example?: unknown
  readonly examples?: Examples
  readonly 'x-invalid-examples'?: Readonly<
    Record<string, { readonly value: unknown; readonly keyword: string }>
  >
}

type Examples = Readonly<Record<string, { readonly value: unknown }>>

interface MediaTypeObject {
  readonly schema?: unknown
  readonly encoding?: Encodings
  readonly examples?: Examples
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

/** The service's own document, unless the sweeps are to be run over another. */
const file = process.env['SWEPT_DOCUMENT'] ?? 'generated/openapi.json'
const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

export const bundledDocument = (file.endsWith('.json') ? JSON.parse(text) : parse(text)) as Record<
  string,
  unknown
>

/** Replaces references; the document is small and has no circular ones outside its schemas. */
export function resolve<T>(value: unknown): T {
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
      parameters: [
        ...new Map(
          [...shared, ...own].map((parameter) => {
            const found = resolve<Parameter>(parameter)
            return [`${found.in} ${found.name}`, found]
          }),
        ).values(),
      ],
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
  const described = [parameter, ...Object.values(parameter.content ?? {})]
  return parameter.example ?? described.flatMap(examplesIn)[0]?.value
}

/** The declared examples, by name. */
export function examplesIn({
  examples = {},
}: {
  readonly examples?: Examples
}): readonly { readonly name: string; readonly value: unknown }[] {
  return Object.entries(examples).map(([name, example]) => ({
    name,
    value: resolve<{ readonly value: unknown }>(example).value,
  }))
}

/** Every scope that the document names. */
export const documentedScopes: readonly string[] = [
  ...new Set(
    documentedOperations.flatMap(({ security }) => security.flatMap((all) => Object.values(all).flat())),
  ),
]

export interface RequestChanges {
  /** Value of one parameter in place of its example. */
  readonly parameter?: { readonly name: string; readonly in: string; readonly value: unknown }
  /** Left out. */
  readonly without?: Parameter
  readonly body?: { readonly mediaType: string; readonly value: unknown }
}

/** A request made of the examples of the document: every parameter, and the first example of the body. */
export function exampleRequest(operation: DocumentedOperation, changes: RequestChanges = {}): ExampleRequest {
  const { parameter: changed, without } = changes
  const written = operation.parameters.flatMap((parameter) => {
    const isChanged = changed?.name === parameter.name && changed.in === parameter.in
    const value = isChanged ? changed.value : exampleOf(parameter)
    if (parameter === without || value === undefined) return []
    return { name: parameter.name, in: parameter.in, text: writeParameter(parameter, value) }
  })
  const textsIn = (place: string): readonly string[] =>
    written.filter((one) => one.in === place).map(({ text }) => text)
  const path = written
    .filter((one) => one.in === 'path')
    .reduce((template, { name, text }) => template.replace(`{${name}}`, () => text), operation.path)
  const headers = written.filter((one) => one.in === 'header').map(({ name, text }) => [name, text])
  const query = textsIn('query')
  const cookies = textsIn('cookie')
  const { mediaType, value } = changes.body ?? exampleBodies(operation)[0] ?? {}
  const body =
    mediaType === undefined
      ? undefined
      : writeBody(mediaType, value, operation.requestBody?.content[mediaType]?.encoding)
  return {
    method: operation.method,
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: {
      ...(Object.fromEntries(headers) as ExampleRequest['headers']),
      ...(cookies.length > 0 && { Cookie: cookies.join('; ') }),
      ...(body && { 'Content-Type': body.contentType }),
    },
    ...(body && { body: body.text }),
  }
}

/** The declared examples of the request body. */
export function exampleBodies(
  operation: DocumentedOperation,
): readonly { readonly name: string; readonly mediaType: string; readonly value: unknown }[] {
  return Object.entries(operation.requestBody?.content ?? {}).flatMap(([mediaType, media]) =>
    examplesIn(media).map((example) => ({ ...example, mediaType })),
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
      pointer: isLineDelimited(mediaType) ? `/0${pointer}` : pointer,
      keyword,
    })),
  )
}
