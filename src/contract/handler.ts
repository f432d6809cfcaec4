import type { BinaryContent, FilePart } from './bodies/binary-content.js'
import type { DecodedInput } from './operations/operation.js'
import type { Principal } from './principal.js'
import type { SecurityRequirements } from './operations/security-requirement.js'

/*
 * The typed handler map over openapi-typescript's `operations` and the generated `scopes`: an operation left out, a
 * status that the document does not declare, or a body that does not fit it, does not compile.
 */

/**
 * A handler of any document, as the gate calls it. Spelled as a method, so that its parameters compare bivariantly: the
 * handlers of a typed map fit, because the gate hands each only what its operation declares.
 */
export type AnyHandler = {
  handle(input: DecodedInput, principal: Principal | undefined): AnyReply | Promise<AnyReply>
}['handle']

export interface AnyReply {
  readonly status: number
  readonly headers?: object
  readonly body?: unknown
}

/** One handler per operationId; total, and nothing beside. */
export type Handlers<Operations, Scopes, P extends Principal = Principal> = {
  readonly [Id in keyof Operations]: Handler<Operations[Id], Id extends keyof Scopes ? Scopes[Id] : [], P>
}

export type Handler<Operation, Requirements = [], P extends Principal = Principal> = (
  input: Input<Operation>,
  principal: PrincipalFor<Requirements, P>,
) => Reply<Operation> | Promise<Reply<Operation>>

/**
 * Decoded and valid. Header names are in lower case; line-delimited bodies arrive as async iterables of lines, bodies that
 * are no text and no JSON as `BinaryContent`, files of a form as `FilePart`.
 */
export interface Input<Operation> {
  readonly params: ParametersIn<Operation, 'path'>
  readonly query: ParametersIn<Operation, 'query'>
  readonly headers: LowercaseKeys<ParametersIn<Operation, 'header'>>
  readonly cookies: ParametersIn<Operation, 'cookie'>
  readonly body: RequestBody<Operation>
}

/** Nothing is declared there. A closed type, so that what is not declared cannot be read either. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- any other type would not let typed handlers fit untyped ones
type None = {}

type ParametersIn<Operation, In extends string> = Operation extends { parameters: infer All }
  ? In extends keyof All
    ? [NonNullable<All[In]>] extends [never]
      ? None
      : NonNullable<All[In]>
    : None
  : None

type LowercaseKeys<T> = { [K in keyof T as K extends string ? Lowercase<K> : K]: T[K] }

type LineDelimited =
  'application/x-ndjson' | 'application/ndjson' | 'application/jsonl' | 'application/json-seq'

type RequestBody<Operation> = Operation extends { requestBody: { content: infer Content } }
  ? RequestBodies<Content>
  : Operation extends { requestBody?: infer Body }
    ? [NonNullable<Body>] extends [never]
      ? undefined
      : NonNullable<Body> extends { content: infer Content }
        ? RequestBodies<Content> | undefined
        : undefined
    : undefined

type RequestBodies<Content> = {
  [M in keyof Content]: BodyOfType<MediaTypeName<M>, Content[M]>
}[keyof Content]

type BodyOfType<Name, T> = Name extends LineDelimited
  ? AsyncIterable<ForRequest<T>>
  : Name extends `${string}/json` | `${string}+json` | 'application/x-www-form-urlencoded'
    ? ForRequest<T>
    : Name extends `text/${string}` | 'application/xml' | `application/${string}+xml`
      ? unknown extends T
        ? string
        : ForRequest<T>
      : Name extends 'multipart/form-data'
        ? { readonly [K in keyof ForRequest<T>]: WithFiles<ForRequest<T>[K]> }
        : Name extends `${string}*`
          ? ForRequest<T> | BinaryContent
          : BinaryContent

/** Generated types have `string` for text and for files alike, so a member that can be any string can be either. */
type WithFiles<T> = T extends readonly (infer E)[]
  ? readonly WithFiles<E>[]
  : string extends T
    ? T | FilePart
    : T

type MediaTypeName<M> = M extends `${infer Name};${string}` ? Name : M

/** The replies that an operation declares, by status. `default` is what the gate itself answers, never a handler. */
export type Reply<Operation> = Operation extends { responses: infer Responses }
  ? {
      [Status in Exclude<keyof Responses, 'default'>]: ReplyOf<StatusNumber<Status>, Responses[Status]>
    }[Exclude<keyof Responses, 'default'>]
  : never

type StatusNumber<S> = S extends number ? S : S extends `${infer N extends number}` ? N : number

type ReplyOf<Status, Response> = { readonly status: Status } & HeadersOf<Response> & BodyOf<Response>

type HeadersOf<Response> = Response extends { headers: infer Declared }
  ? [keyof Known<Declared>] extends [never]
    ? { readonly headers?: never }
    : None extends Known<Declared>
      ? { readonly headers?: Known<Declared> }
      : { readonly headers: Known<Declared> }
  : { readonly headers?: never }

/** openapi-typescript adds an index signature to response headers; with it any name would compile. */
type Known<T> = { readonly [K in keyof T as string extends K ? never : K]: T[K] }

type BodyOf<Response> = Response extends { content: infer Content }
  ? [Content] extends [never]
    ? { readonly body?: never }
    : { readonly body: ReplyBodies<Content> }
  : { readonly body?: never }

type ReplyBodies<Content> = {
  [M in keyof Content]: MediaTypeName<M> extends LineDelimited
    ? AsyncIterable<ForReply<Content[M]>> | Iterable<ForReply<Content[M]>>
    : ForReply<Content[M]>
}[keyof Content]

interface ReadOnlyMarker<T = unknown> {
  readonly $read: T
}

interface WriteOnlyMarker<T = unknown> {
  readonly $write: T
}

/** A schema's type as a request carries it: without `readOnly` members. Reads the markers of openapi-typescript. */
export type ForRequest<T> = T extends ReadOnlyMarker
  ? never
  : T extends WriteOnlyMarker<infer U>
    ? ForRequest<U>
    : T extends readonly (infer E)[]
      ? readonly ForRequest<E>[]
      : T extends object
        ? { [K in keyof T as NonNullable<T[K]> extends ReadOnlyMarker ? never : K]: ForRequest<T[K]> }
        : T

/** A schema's type as a reply carries it: without `writeOnly` members. */
export type ForReply<T> = T extends WriteOnlyMarker
  ? never
  : T extends ReadOnlyMarker<infer U>
    ? ForReply<U>
    : T extends readonly (infer E)[]
      ? readonly ForReply<E>[]
      : T extends object
        ? { [K in keyof T as NonNullable<T[K]> extends WriteOnlyMarker ? never : K]: ForReply<T[K]> }
        : T

/**
 * No principal where the operation is anonymous, an optional one where `{}` is an alternative, else one whose scopes are
 * the literals that the document can grant.
 */
export type PrincipalFor<Requirements, P extends Principal = Principal> = Requirements extends readonly []
  ? undefined
  : Requirements extends SecurityRequirements
    ? HasEmpty<Requirements> extends true
      ? WithScopes<Requirements, P> | undefined
      : WithScopes<Requirements, P>
    : P | undefined

type HasEmpty<Requirements extends SecurityRequirements> = true extends {
  [I in keyof Requirements]: keyof Requirements[I] extends never ? true : false
}[number]
  ? true
  : false

type WithScopes<Requirements extends SecurityRequirements, P extends Principal> = Omit<P, 'scopes'> & {
  readonly scopes: readonly ScopesIn<Requirements[number]>[]
}

type ScopesIn<Requirement> = Requirement extends unknown
  ? [keyof Requirement] extends [never]
    ? never
    : Requirement[keyof Requirement] extends readonly (infer S)[]
      ? S
      : never
  : never
