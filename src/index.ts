/* The public entry: for those who bring their own document, and perhaps their own Koa application. */

export {
  createAccessTokenAuthenticator,
  type AccessTokenAuthenticator,
  type AccessTokenAuthenticatorOptions,
} from './auth/access-token-authenticator.js'
export { createApiKeyAuthenticator, type ApiKeyAuthenticatorOptions } from './auth/api-key-authenticator.js'
export type {
  Authenticated,
  Authentication,
  AuthenticationContext,
  Authenticator,
  AuthenticatorRequest,
  ChallengeReason,
  TokenBinding,
  Unauthenticated,
} from './auth/authenticator.js'
export {
  createBasicAuthenticator,
  type BasicAuthenticatorOptions,
  type BasicCaller,
} from './auth/basic-authenticator.js'
export {
  createClientCertificateAuthenticator,
  type ClientCertificateAuthenticatorOptions,
} from './auth/client-certificate-authenticator.js'
export type { IntrospectionInput } from './auth/introspection-policy.js'
export type { CertificateProxy, ClientCertificateOptions } from './auth/client-certificate-reader.js'
export { createNonceSource, type NonceSource, type NonceSourceOptions } from './auth/dpop-nonce.js'
export { JwkSetError } from './auth/jwk-set.js'
export { PolicyError, type AccessTokenPolicyInput } from './auth/policy.js'
export type { DpopOptions } from './auth/possession.js'
export {
  createMemoryReplayGuard,
  ReplayGuardFullError,
  type MemoryReplayGuardOptions,
  type ReplayGuard,
} from './auth/replay-guard.js'
export {
  createResourceMetadata,
  resourceMetadataUrl,
  type ResourceMetadata,
  type ResourceMetadataInput,
} from './auth/resource-metadata.js'
export type { BinaryContent, FilePart, KeptBytes } from './contract/bodies/binary-content.js'
export {
  ContractError,
  type Defect,
  type DefectAction,
  type DefectCode,
  type DefectPolicy,
} from './contract/defect.js'
export type {
  AnyHandler,
  AnyReply,
  Handler,
  Handlers,
  Input,
  PrincipalFor,
  Reply,
} from './contract/handler.js'
export {
  loadContract,
  type Contract,
  type Found,
  type LoadContractOptions,
} from './contract/load-contract.js'
export type { DecodedInput, Operation } from './contract/operations/operation.js'
export type { Confirmation, Principal } from './contract/principal.js'
export type { OpenApiDocument } from './contract/document/read-document.js'
export type {
  SecurityRequirement,
  SecurityRequirements,
  SecurityScheme,
  SenderConstraint,
  SenderConstraints,
} from './contract/operations/security-requirement.js'
export { createApp, type CreateAppOptions } from './http/app.js'
export { createDocs, type Docs, type DocsAsset, type DocsInput } from './http/docs.js'
export { openapiMiddleware, type OpenapiMiddlewareOptions } from './http/openapi-middleware.js'
export {
  createServer,
  type CreateServerOptions,
  type GatehouseServer,
  type TlsOptions,
} from './http/server.js'
export { Problem, type ProblemDetails, type ProblemOptions, type Violation } from './problem/problem.js'
export { problemTypes, type ProblemName, type ProblemType } from './problem/problem-types.js'
export type { Logger } from './telemetry/log.js'
