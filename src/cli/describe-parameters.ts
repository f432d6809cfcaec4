import { childPointer, isJsonObject } from '../contract/json-pointer.js'
import type { Operation } from '../contract/operations/operation.js'
import type { DecodedParameters } from '../contract/parameters/parameters.js'
import type { Shape } from '../contract/parameters/parameter-style.js'
import type { Located, Resolver } from '../contract/document/reference.js'
import { readTypes } from '../contract/parameters/schema-types.js'
import { describeSchema } from './describe-schema.js'
import type { OperationSource, ParameterSource } from './operation-source.js'
import { toParameterForm } from './parameter-form.js'

export interface ParameterDescription {
  readonly name: string
  readonly in: string
  /** Whether the gate reads it; OpenAPI says of some header parameters that they mean nothing. */
  readonly read: boolean
  readonly required: boolean
  readonly deprecated: boolean
  /** `undefined` for one that is declared by `content`. */
  readonly style?: string
  readonly explode?: boolean
  /** What the schema asks for, and the style puts into text. */
  readonly shape?: Shape
  /** Of one that is declared by `content`. */
  readonly mediaType?: string
  /** How it looks in a request, where that is more than its name and a value: `tag=A&tag=B`. */
  readonly form?: string
  readonly type: string
  /** What a handler gets where it is left out. */
  readonly default?: unknown
}

export interface ParametersDescription {
  readonly parameters: readonly ParameterDescription[]
  /** What becomes of query parameters that are not declared; `taken`: an open object among the declared has them as members. */
  readonly unknownQueryParameters: 'refused' | 'taken'
}

const styleOf: Readonly<Record<string, string>> = {
  path: 'simple',
  query: 'form',
  header: 'simple',
  cookie: 'form',
}

const groupOf: Readonly<Record<string, keyof DecodedParameters>> = {
  path: 'params',
  query: 'query',
  header: 'headers',
  cookie: 'cookies',
  querystring: 'query',
}

export function describeParameters(operation: Operation, source: OperationSource): ParametersDescription {
  const defaults = decodeNothing(operation)
  return {
    parameters: source.parameters.map((parameter) => describeParameter(parameter, source.resolver, defaults)),
    unknownQueryParameters: refusesUnknown(operation) ? 'refused' : 'taken',
  }
}

function describeParameter(
  { name, in: place, value, pointer }: ParameterSource,
  resolver: Resolver,
  defaults: DecodedParameters | undefined,
): ParameterDescription {
  const group = groupOf[place]
  const known = group && defaults?.[group][place === 'header' ? name.toLowerCase() : name]
  const { content } = value
  return {
    name,
    in: place,
    read: !(place === 'header' && ['accept', 'content-type', 'authorization'].includes(name.toLowerCase())),
    required: value['required'] === true,
    deprecated: value['deprecated'] === true,
    ...(isJsonObject(content)
      ? describeContent(content, childPointer(pointer, 'content'), resolver)
      : describeStyle({ value, pointer }, name, place, resolver)),
    ...(known !== undefined && { default: known }),
  }
}

function describeContent(
  content: Readonly<Record<string, unknown>>,
  pointer: string,
  resolver: Resolver,
): Pick<ParameterDescription, 'mediaType' | 'type'> {
  const [[mediaType, object] = ['*/*', undefined]] = Object.entries(content)
  const schema = isJsonObject(object) ? object['schema'] : undefined
  const type = describeSchema(resolver, schema, childPointer(pointer, mediaType, 'schema'))
  return { mediaType, type }
}

function describeStyle(
  { value, pointer }: Located,
  name: string,
  place: string,
  resolver: Resolver,
): Pick<ParameterDescription, 'style' | 'explode' | 'shape' | 'form' | 'type'> {
  const at = childPointer(pointer, 'schema')
  const style = typeof value['style'] === 'string' ? value['style'] : (styleOf[place] ?? 'form')
  const explode =
    typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form' || style === 'cookie'
  const { shape, members } = readTypes(resolver, value['schema'], at)
  const form = toParameterForm({ name, in: place, style, explode, shape, members: [...members.keys()] })
  const type = describeSchema(resolver, value['schema'], at)
  return { style, explode, shape, ...(form !== undefined && { form }), type }
}

const nothing = { path: {}, query: [], queryString: '', headers: {}, cookies: [] }

/** What the gate makes of a request without parameters: the defaults, as a handler gets them. */
function decodeNothing({ parameters }: Operation): DecodedParameters | undefined {
  return parameters.decode(nothing, 'allow').decoded
}

/** Asks the gate itself, since an open object among the parameters takes names that are not declared. */
function refusesUnknown({ parameters }: Operation): boolean {
  const query = [{ name: 'no-such-parameter', rawValue: '' }]
  const queryString = 'no-such-parameter='
  try {
    const { violations } = parameters.decode({ ...nothing, query, queryString }, 'refuse')
    return violations.some(({ keyword }) => keyword === 'unknown')
  } catch {
    // The schema of the object that takes them could not be compiled, which is among the document's defects.
    return false
  }
}
