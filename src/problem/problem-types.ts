/** What is the same for every occurrence of a problem (RFC 9457 section 3.1). */
export interface ProblemType {
  /** URI that identifies the problem type; clients switch on it. */
  readonly type: string
  readonly status: number
  readonly title: string
}

const gate = (name: string, status: number, title: string): ProblemType => ({
  type: `urn:problem-type:gatehouse:${name}`,
  status,
  title,
})

/** Every problem that the gate itself can answer with. Domains declare their own beside their handlers. */
export const problemTypes = {
  'malformed-request': gate('malformed-request', 400, 'The request cannot be read'),
  'invalid-request': gate('invalid-request', 400, 'The request does not fit the contract'),
  unauthorized: gate('unauthorized', 401, 'The request carries no credentials that are accepted here'),
  'insufficient-scope': gate('insufficient-scope', 403, 'The access token lacks a scope'),
  forbidden: gate('forbidden', 403, 'The caller may not do this'),
  'scope-not-held': gate('scope-not-held', 403, 'A caller can pass on only scopes that it holds'),
  'not-found': gate('not-found', 404, 'Nothing is found at this address'),
  'method-not-allowed': gate('method-not-allowed', 405, 'The method is not offered at this address'),
  'not-acceptable': gate('not-acceptable', 406, 'No representation fits the Accept header'),
  'request-timeout': gate('request-timeout', 408, 'The request did not arrive in time'),
  conflict: gate('conflict', 409, 'The request conflicts with the current state'),
  'idempotency-key-in-flight': gate(
    'idempotency-key-in-flight',
    409,
    'A request with this idempotency key is being handled',
  ),
  'precondition-failed': gate('precondition-failed', 412, 'A precondition does not hold'),
  'content-too-large': gate('content-too-large', 413, 'The request body is too large'),
  'uri-too-long': gate('uri-too-long', 414, 'The request target is too long'),
  'unsupported-media-type': gate(
    'unsupported-media-type',
    415,
    'The media type of the body is not accepted here',
  ),
  'expectation-failed': gate('expectation-failed', 417, 'The expectation cannot be met'),
  'unprocessable-content': gate('unprocessable-content', 422, 'The request cannot be carried out'),
  'idempotency-key-reused': gate(
    'idempotency-key-reused',
    422,
    'The idempotency key was used with another request',
  ),
  'precondition-required': gate('precondition-required', 428, 'A precondition is required'),
  'too-many-requests': gate('too-many-requests', 429, 'Too many requests'),
  'header-fields-too-large': gate('header-fields-too-large', 431, 'The request header is too large'),
  'internal-error': gate('internal-error', 500, 'The request failed on our side'),
  'not-implemented': gate('not-implemented', 501, 'This is not offered here'),
  'registration-unsupported': gate(
    'registration-unsupported',
    501,
    'The authorization server offers no client registration',
  ),
  'registration-failed': gate(
    'registration-failed',
    502,
    'The authorization server did not register the client',
  ),
  'service-unavailable': gate('service-unavailable', 503, 'The service cannot answer at the moment'),
} as const satisfies Record<string, ProblemType>

/** Name of a problem type of the gate, the last part of its URI. */
export type ProblemName = keyof typeof problemTypes
