import type { OpenApiDocument } from '../../src/contract/document/read-document.js'

/** A minimal document around some paths. */
export function documentWith(
  paths: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): OpenApiDocument {
  return { openapi: '3.1.0', info: { title: 'Test', version: '1.0.0' }, security: [], paths, ...rest }
}

/** An operation that anyone may call and that answers 204. */
export const anonymous = { security: [], responses: { 204: { description: 'Done.' } } }

/** An operation that anyone may call and that answers with any JSON. */
export const echoing = {
  security: [],
  responses: { 200: { description: 'What was sent.', content: { 'application/json': {} } } },
}
