import type { ProblemType } from '../../src/problem/problem-types.js'
import { documentedOperations, examplesIn, resolve, type DocumentedOperation } from './example-requests.js'
import { isLineDelimited } from './written-bodies.js'

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
    // Of a range and of `default` no example says which status it is.
    if (!/^\d+$/.test(status)) return []
    const headers = Object.fromEntries(
      Object.entries(response.headers ?? {})
        .filter(([, header]) => header.required)
        .map(([name, header]) => [name, header.example]),
    )
    const content = Object.entries(response.content ?? {})
    if (content.length === 0)
      return [{ status: Number(status), name: 'empty', mediaType: undefined, headers, body: undefined }]
    return content.flatMap(([mediaType, media]) =>
      examplesIn(media).map(({ name, value }) => ({
        status: Number(status),
        name,
        mediaType,
        headers,
        body: isLineDelimited(mediaType) ? [value] : value,
      })),
    )
  })
}

/** The problems that the document shows, where it shows them. */
export function documentedProblems(): readonly {
  readonly operationId: string
  readonly status: string
  readonly name: string
  readonly value: ProblemType
}[] {
  return documentedOperations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content = {} }]) =>
      examplesIn(content['application/problem+json'] ?? {}).map(({ name, value }) => ({
        operationId,
        status,
        name,
        value: value as ProblemType,
      })),
    ),
  )
}
