import type { DecodedParameters, Parameters } from '../parameters/parameters.js'
import type { Replies } from './replies.js'
import type { RequestBody } from '../bodies/request-body.js'
import type { SecurityRequirements, SenderConstraints } from './security-requirement.js'

/** OpenAPI "Operation Object", compiled: what it takes to let a request in, check it, and check the reply. */
export interface Operation {
  /** operationId, or `GET /path` where the document gives none. */
  readonly key: string
  readonly operationId: string | undefined
  /** Upper case. */
  readonly method: string
  readonly pathTemplate: string
  /** Pointer into the document. */
  readonly pointer: string
  readonly summary: string | undefined
  readonly deprecated: boolean
  /** The effective requirements: the operation's own, else the document's. Empty: anonymous. */
  readonly security: SecurityRequirements
  /** How the access tokens of its schemes must be bound: what it and they say with `x-sender-constrained`. */
  readonly senderConstraints: SenderConstraints
  readonly parameters: Parameters
  readonly requestBody: RequestBody | undefined
  readonly replies: Replies
}

/** A valid request as a handler gets it. */
export interface DecodedInput extends DecodedParameters {
  readonly body: unknown
}
