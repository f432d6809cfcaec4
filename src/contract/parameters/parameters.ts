import type { CompileContext } from '../compile-context.js'
import type { Violation } from '../../problem/problem.js'
import { childPointer, escapeToken } from '../json-pointer.js'
import { defaultLimits, type ReadLimits } from '../limits.js'
import { compileParameter, type Parameter } from './parameter.js'
import type { RawParts } from './parameter-reader.js'
import type { ParameterIn } from './parameter-style.js'
import { compileQueryString } from './query-string-parameter.js'
import type { Located } from '../document/reference.js'

/** Decoded parameters. Maps have no prototype; header names are in lower case. */
export interface DecodedParameters {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, unknown>>
  readonly cookies: Readonly<Record<string, unknown>>
}

/** All parameters of an operation. */
export interface Parameters {
  /** Decodes and checks them. Undeclared query parameters are violations unless they are allowed. */
  readonly decode: (
    parts: Omit<RawParts, 'undeclaredQuery'>,
    unknownQueryParameters: 'refuse' | 'allow',
    limits?: ReadLimits,
  ) => { readonly decoded: DecodedParameters; readonly violations: readonly Violation[] }
}

export interface ParametersContext extends CompileContext {
  /** Names of query parameters that security schemes read: known, but none of the operation's own. */
  readonly credentialNames: ReadonlySet<string>
}

const groupOf = {
  path: 'params',
  query: 'query',
  header: 'headers',
  cookie: 'cookies',
} as const satisfies Record<ParameterIn, keyof DecodedParameters>

/**
 * `shared` are the path item's, `own` the operation's, which replace shared ones of the same name and place. The
 * template's names must be declared, and nothing else may be in the path.
 */
export function compileParameters(
  shared: readonly Located[],
  own: readonly Located[],
  templateNames: readonly string[],
  pointer: string,
  context: ParametersContext,
): Parameters {
  const declared = new Map<string, Located>()
  for (const list of [shared, own]) {
    const seen = new Set<string>()
    for (const parameter of list) {
      const key = keyOf(parameter)
      if (seen.has(key)) {
        const message = 'the same `name` and `in` are declared twice: remove one'
        context.defects.report({ code: 'duplicate-parameter', pointer: parameter.pointer, message })
      }
      seen.add(key)
      declared.set(key, parameter)
    }
  }
  checkTemplate(declared, templateNames, pointer, context)
  const compiled = [...declared.values()].flatMap((parameter) => compile(parameter, context) ?? [])
  const inQuery = compiled.filter((parameter) => parameter.in === 'query')
  const takesUndeclared = (name: string): boolean =>
    inQuery.some((parameter) => parameter.takesUndeclared(name))
  const ownNames = new Set(inQuery.map(({ name }) => name))
  // One that cannot be read, and is let be, is declared all the same; handlers do not get it.
  const unread = new Set(
    [...declared.values()]
      .filter(({ value }) => value['in'] === 'query')
      .map(({ value }) => textOf(value['name']))
      .filter((name) => !ownNames.has(name)),
  )
  const isDeclared = (name: string): boolean =>
    context.credentialNames.has(name) ||
    unread.has(name) ||
    inQuery.some((parameter) => parameter.claims(name))
  return {
    decode(parts, unknownQueryParameters, limits = defaultLimits) {
      const undeclaredQuery = parts.query.filter(({ name }) => !isDeclared(name))
      const result = decodeAll(compiled, { ...parts, undeclaredQuery }, limits)
      if (unknownQueryParameters === 'allow' || undeclaredQuery.length === 0) return result
      // The name of an exploded object is no member of it: who sends it means another style.
      const refused = undeclaredQuery.filter(({ name }) => !takesUndeclared(name) || ownNames.has(name))
      return { decoded: result.decoded, violations: [...result.violations, ...unknown(refused)] }
    },
  }
}

function compile(parameter: Located, context: ParametersContext): Parameter | undefined {
  const { in: place, name } = parameter.value
  return context.version === '3.2' && place === 'querystring' && typeof name === 'string'
    ? compileQueryString(name, parameter, context)
    : compileParameter(parameter, context)
}

function keyOf({ value }: Located): string {
  const name = textOf(value['name'])
  return `${textOf(value['in'])} ${value['in'] === 'header' ? name.toLowerCase() : name}`
}

/** What is no string is reported where the parameter is compiled. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function checkTemplate(
  declared: ReadonlyMap<string, Located>,
  templateNames: readonly string[],
  pointer: string,
  { defects }: CompileContext,
): void {
  for (const name of templateNames) {
    if (declared.has(`path ${name}`)) continue
    const message = `\`{${name}}\` of the path template is not declared: add a parameter with \`in: path\``
    defects.report({
      code: 'undeclared-path-parameter',
      pointer: childPointer(pointer, 'parameters', name),
      message,
    })
  }
  for (const { value, pointer: at } of declared.values()) {
    const name = textOf(value['name'])
    if (value['in'] !== 'path' || templateNames.includes(name)) continue
    const message = `the path template has no \`{${name}}\`: add it there, or remove the parameter`
    defects.report({ code: 'unused-path-parameter', pointer: at, message })
  }
}

function decodeAll(
  parameters: readonly Parameter[],
  parts: RawParts,
  limits: ReadLimits,
): ReturnType<Parameters['decode']> {
  const decoded = { params: emptyMap(), query: emptyMap(), headers: emptyMap(), cookies: emptyMap() }
  const violations: Violation[] = []
  for (const parameter of parameters) {
    const { value, violations: found } = parameter.read(parts, limits)
    if (found.length > 0) violations.push(...found)
    else if (value !== undefined) {
      const name = parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name
      decoded[groupOf[parameter.in]][name] = value
    }
  }
  return { decoded, violations }
}

function unknown(undeclared: RawParts['undeclaredQuery']): readonly Violation[] {
  return [...new Set(undeclared.map(({ name }) => name))].map((name) => ({
    in: 'query',
    pointer: `/${escapeToken(name)}`,
    keyword: 'unknown',
    detail: 'is not a query parameter of this operation',
  }))
}

function emptyMap(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
