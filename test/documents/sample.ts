import fc from 'fast-check'

/*
 * Values that fit a schema, made by reading the document without the code under test: its types and bounds, the first
 * alternatives, and examples of its own where they are asked for.
 */

export type SchemaObject = Readonly<Record<string, unknown>>

export interface SampleOptions {
  readonly document: SchemaObject
  /** Members of this keyword are left out: `readOnly` in requests, `writeOnly` in replies. */
  readonly without: 'readOnly' | 'writeOnly'
  /** Whether optional members are there too. */
  readonly isFull: boolean
  /** Which of several alternatives is taken, where there are as many. Default: the first. */
  readonly alternative?: number
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a reference leads to, as far as it goes. */
export function resolve(document: SchemaObject, value: unknown): SchemaObject {
  let found = value
  for (let hops = 0; hops < 20 && isObject(found) && typeof found['$ref'] === 'string'; hops++) {
    const tokens = found['$ref'].split('/').slice(1)
    found = tokens.reduce<unknown>(
      (at, token) =>
        (at as SchemaObject)[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    )
  }
  return isObject(found) ? found : {}
}

/** The schema with its parts and first alternatives laid into one. */
export function merged(document: SchemaObject, schema: unknown, alternative = 0, depth = 0): SchemaObject {
  const { allOf, anyOf, oneOf, ...own } = resolve(document, schema)
  const lists = [allOf, [anyOf, oneOf].flatMap((list) => branchOf(document, list, alternative))]
  const parts = depth > 12 ? [] : lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
  let whole: SchemaObject = own
  for (const part of parts) whole = joined(whole, merged(document, part, alternative, depth + 1))
  return withKind(document, whole, branchOf(document, oneOf ?? anyOf, alternative)[0])
}

/** An alternative that is not null. */
function branchOf(document: SchemaObject, list: unknown, alternative: number): readonly unknown[] {
  if (!Array.isArray(list)) return []
  const branches = list as readonly unknown[]
  const meant = branches.filter((branch) => resolve(document, branch)['type'] !== 'null')
  return [meant[alternative % Math.max(1, meant.length)] ?? branches[0]]
}

function joined(one: SchemaObject, other: SchemaObject): SchemaObject {
  const required = [one['required'], other['required']].flatMap((names) =>
    Array.isArray(names) ? (names as unknown[]) : [],
  )
  const properties = { ...(one['properties'] as object), ...(other['properties'] as object) }
  return { ...other, ...one, required, ...(Object.keys(properties).length > 0 && { properties }) }
}

/** The member that tells the kind names the alternative that was taken. */
function withKind(document: SchemaObject, schema: SchemaObject, branch: unknown): SchemaObject {
  const { discriminator } = schema
  if (!isObject(discriminator) || typeof discriminator['propertyName'] !== 'string') return schema
  const name = discriminator['propertyName']
  const reference = isObject(branch) ? branch['$ref'] : undefined
  const mapping = isObject(discriminator['mapping']) ? Object.entries(discriminator['mapping']) : []
  const kind =
    mapping.find(([, target]) => target === reference)?.[0] ??
    (typeof reference === 'string' ? reference.split('/').at(-1) : undefined) ??
    mapping[0]?.[0]
  const properties = schema['properties'] as SchemaObject | undefined
  const declared = resolve(document, properties?.[name])
  // What the member itself says comes first.
  if (kind === undefined || declared['enum'] !== undefined || declared['const'] !== undefined) return schema
  const required = [...((schema['required'] as unknown[] | undefined) ?? []), name]
  return { ...schema, required, properties: { ...properties, [name]: { const: kind } } }
}

export function typeOf(schema: SchemaObject): string | undefined {
  const { type } = schema
  if (Array.isArray(type)) return (type as readonly string[]).find((name) => name !== 'null')
  if (typeof type === 'string') return type
  if (isObject(schema['properties'])) return 'object'
  return schema['items'] === undefined ? undefined : 'array'
}

const maxDepth = 6

export function sampleOf(options: SampleOptions, given: unknown, depth = 0): unknown {
  const schema = merged(options.document, given, options.alternative)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum']))
    return (schema['enum'] as readonly unknown[]).find((value) => value !== null) ?? null
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(options, schema, depth)
    case 'array':
      return sampleArray(options, schema, depth)
    case 'integer':
    case 'number':
      return sampleNumber(schema)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return sampleText(schema)
  }
}

function sampleObject(options: SampleOptions, schema: SchemaObject, depth: number): SchemaObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : [])
  const least = numberIn(schema, 'minProperties') ?? 0
  const object: Record<string, unknown> = {}
  const isLeftOut = (name: string): boolean =>
    merged(options.document, properties[name])[options.without] === true
  const optional = Object.keys(properties).filter((name) => !required.has(name))
  const wanted =
    options.isFull && depth < 3 ? optional : optional.slice(0, Math.max(0, least - required.size))
  for (const name of [...required, ...wanted]) {
    if (isLeftOut(name) || (depth > maxDepth && !required.has(name))) continue
    const { additionalProperties } = schema
    const member =
      name in properties ? properties[name] : isObject(additionalProperties) ? additionalProperties : {}
    object[name] = depth > maxDepth * 2 ? null : sampleOf(options, member, depth + 1)
  }
  for (let n = Object.keys(object).length; n < least; n++)
    object[`member${n}`] = sampleOf(options, schema['additionalProperties'] ?? {}, depth + 1)
  return object
}

function sampleArray(options: SampleOptions, schema: SchemaObject, depth: number): readonly unknown[] {
  const most = numberIn(schema, 'maxItems') ?? Infinity
  const length = Math.min(most, Math.max(numberIn(schema, 'minItems') ?? 0, depth < 3 ? 1 : 0))
  const { enum: values } = merged(options.document, schema['items'] ?? {})
  return Array.from({ length }, (_, index) => {
    if (Array.isArray(values)) return (values as readonly unknown[])[index % values.length]
    const item = sampleOf(options, schema['items'] ?? {}, depth + 1)
    if (index === 0 || schema['uniqueItems'] !== true) return item
    return typeof item === 'number' ? item + index : `${String(item)}${index}`
  })
}

function numberIn(schema: SchemaObject, name: string): number | undefined {
  return typeof schema[name] === 'number' ? schema[name] : undefined
}

function sampleNumber(schema: SchemaObject): number {
  const step = numberIn(schema, 'multipleOf') ?? 1
  const exclusive = schema['exclusiveMinimum']
  const least = typeof exclusive === 'number' ? exclusive + step : (numberIn(schema, 'minimum') ?? -Infinity)
  const most = numberIn(schema, 'maximum') ?? Infinity
  const start = Math.min(most, Math.max(least, step)) + (exclusive === true ? step : 0)
  return Math.ceil(start / step) * step
}

const texts: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'P1D',
  uri: 'https://example.com/a',
  url: 'https://example.com/a',
  'uri-reference': '/a',
  'uri-template': '/a/{b}',
  email: 'a@example.com',
  uuid: '123e4567-e89b-12d3-a456-426614174000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  hostname: 'example.com',
  byte: 'YWJj',
  'json-pointer': '/a',
  regex: 'a',
}

function sampleText(schema: SchemaObject): string {
  const { format, pattern } = schema
  const least = numberIn(schema, 'minLength') ?? 0
  const most = numberIn(schema, 'maxLength') ?? Infinity
  const known = typeof format === 'string' ? texts[format] : undefined
  const isFitting = (text: string): boolean =>
    text.length >= least &&
    text.length <= most &&
    (typeof pattern !== 'string' || new RegExp(pattern).test(text))
  const simple = known ?? 'sample'.slice(0, most).padEnd(least, 'e')
  if (typeof pattern !== 'string' || isFitting(simple)) return simple
  const made = textsMatching(new RegExp(pattern))
  return made.find((text) => isFitting(text) && text.trim() === text && text !== '') ?? simple
}

/** None where the expression looks ahead or behind. */
function textsMatching(pattern: RegExp): readonly string[] {
  try {
    return fc.sample(fc.stringMatching(pattern), { numRuns: 200, seed: 1 })
  } catch {
    return []
  }
}
