import {
  isObject,
  merged,
  resolve,
  sampleOf,
  typeOf,
  type SampleOptions,
  type SchemaObject,
} from './sample.js'

/* Requests to the operations of a document, right ones and wrong ones, made without the code under test. */

export interface SentRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface WrongRequest {
  readonly why: string
  readonly request: SentRequest
}

export interface DocumentedOperation {
  /** operationId, or `GET /path`. */
  readonly key: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly SchemaObject[]
  readonly requestBody: SchemaObject | undefined
  readonly responses: SchemaObject
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

export function operationsOf(document: SchemaObject): readonly DocumentedOperation[] {
  return Object.entries(document['paths'] as SchemaObject).flatMap(([path, value]) => {
    const item = resolve(document, value)
    return methods.flatMap((method) => {
      const operation = item[method]
      if (!isObject(operation)) return []
      const declared = [item, operation].flatMap(({ parameters = [] }) => parameters as unknown[])
      const parameters = new Map(
        declared.map((parameter) => {
          const found = resolve(document, parameter)
          return [`${String(found['in'])} ${String(found['name'])}`, found]
        }),
      )
      const { operationId = `${method.toUpperCase()} ${path}`, requestBody, responses = {} } = operation
      return {
        key: String(operationId),
        method: method.toUpperCase(),
        path,
        parameters: [...parameters.values()],
        requestBody: requestBody === undefined ? undefined : resolve(document, requestBody),
        responses: responses as SchemaObject,
      }
    })
  })
}

/** What is sent in place of a parameter: `undefined` leaves it out. */
type Change = { readonly name: string; readonly in: string; readonly text: string | undefined }

export interface RequestMaker {
  /** Several, because not every value that an alternative allows fits that one alone. */
  readonly right: () => Iterable<SentRequest>
  readonly wrong: () => readonly WrongRequest[]
}

export function createRequestMaker(document: SchemaObject, operation: DocumentedOperation): RequestMaker {
  const sample = (isFull: boolean, alternative = 0): SampleOptions => ({
    document,
    without: 'readOnly',
    isFull,
    alternative,
  })

  const build = (isFull: boolean, change?: Change, body = bodyOf(operation, sample(isFull))): SentRequest => {
    let path = operation.path.split('#', 1)[0] ?? ''
    const query: string[] = []
    const headers: Record<string, string> = {}
    for (const parameter of operation.parameters) {
      const { name, in: place, required, content } = parameter as { readonly [key: string]: string }
      const isChanged = change !== undefined && change.name === name && change.in === place
      if (name === undefined || ((required as unknown) !== true && !isFull && !isChanged)) continue
      const text = isChanged ? change.text : undefined
      if (isChanged && text === undefined) continue
      const schema = isObject(content)
        ? Object.values(content).map((media) => (media as SchemaObject)['schema'])[0]
        : parameter['schema']
      const value = sampleOf(sample(isFull), schema ?? {})
      const written: Pairs =
        text !== undefined
          ? [[name, text]]
          : isObject(content)
            ? ([[name, JSON.stringify(value)]] as const)
            : styled(parameter, name, value)
      const pairs = written.map(
        ([key, text]) => [encodeURIComponent(key), encodeURIComponent(text).replaceAll('%2C', ',')] as const,
      )
      const texts = pairs.map(([, text]) => text)
      if (place === 'query') query.push(...pairs.map((pair) => pair.join('=')))
      else if (place === 'path') path = path.replace(`{${name}}`, texts.join(','))
      else if (place === 'header') headers[name] = written.map(([, text]) => text).join(',')
      else headers['Cookie'] = [headers['Cookie'], `${name}=${texts.join(',')}`].filter(Boolean).join('; ')
    }
    return {
      method: operation.method,
      target: query.length > 0 ? `${path}?${query.join('&')}` : path,
      headers: { ...headers, ...(body && { 'Content-Type': body.mediaType }) },
      ...(body && { body: body.text }),
    }
  }

  const wrong = (): readonly WrongRequest[] => {
    const plain = build(false)
    const found: WrongRequest[] = []
    const takesAnyName = operation.parameters.some((parameter) => takesUndeclared(document, parameter))
    if (!takesAnyName)
      found.push({
        why: 'a query parameter that is not declared',
        request: {
          ...plain,
          target: `${plain.target}${plain.target.includes('?') ? '&' : '?'}nobodyDeclaredThis=1`,
        },
      })
    for (const parameter of operation.parameters) {
      const { name, in: place, required } = parameter as { readonly [key: string]: string }
      if (name === undefined || place === undefined || ignored.has(name.toLowerCase())) continue
      const isAsked = (required as unknown) === true && !hasDefault(document, parameter)
      if (isAsked && (place === 'query' || place === 'header'))
        found.push({
          why: `no ${name} (${place})`,
          request: build(false, { name, in: place, text: undefined }),
        })
      if (place !== 'cookie' && isNeverText(document, parameter))
        found.push({
          why: `${name} (${place}) of another type`,
          request: build(false, { name, in: place, text: '~wrong~' }),
        })
    }
    const body = bodyOf(operation, sample(false))
    if (body?.mediaType.includes('json') && operation.requestBody?.['required'] === true) {
      const { body: _, ...request } = plain
      found.push({ why: 'no body', request })
    }
    if (body?.mediaType.includes('json')) {
      found.push({ why: 'a body that is no JSON', request: { ...plain, body: '{"a":' } })
      if (isNever(document, body.schema, 'string'))
        found.push({ why: 'a body of another type', request: { ...plain, body: '"~wrong~"' } })
    }
    return found
  }

  function* right(): Generator<SentRequest> {
    yield build(false)
    yield build(true)
    for (const alternative of [1, 2, 3, 4])
      yield build(false, undefined, bodyOf(operation, sample(true, alternative)))
  }

  return { right, wrong }
}

/** OpenAPI 3.0.4, section 4.7.12.1: declarations of these are ignored. The last one belongs to the HTTP client. */
const ignored: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization', 'content-length'])

function isNeverText(document: SchemaObject, { schema, content }: SchemaObject): boolean {
  if (schema === undefined || content !== undefined) return false
  const { anyOf, oneOf, nullable } = resolve(document, schema)
  if (anyOf !== undefined || oneOf !== undefined || nullable !== undefined) return false
  const whole = merged(document, schema)
  return (
    ['integer', 'number', 'boolean'].includes(String(whole['type'])) ||
    (Array.isArray(whole['enum']) && typeOf(whole) === 'string')
  )
}

/** What has a default may be left out. */
function hasDefault(document: SchemaObject, { schema }: SchemaObject): boolean {
  return merged(document, schema)['default'] !== undefined
}

/** Whether the schema says of itself that it is of another type. */
function isNever(document: SchemaObject, schema: unknown, type: string): boolean {
  const { type: declared } = resolve(document, schema)
  return declared !== undefined && ![declared].flat().includes(type)
}

function takesUndeclared(document: SchemaObject, parameter: SchemaObject): boolean {
  const { in: place, style = 'form', explode = true, schema } = parameter
  return (
    place === 'query' && style === 'form' && explode === true && typeOf(merged(document, schema)) === 'object'
  )
}

type Pairs = readonly (readonly [name: string, text: string])[]

function styled({ in: place, ...parameter }: SchemaObject, name: string, value: unknown): Pairs {
  const fallback = place === 'query' || place === 'cookie' ? 'form' : 'simple'
  const style = String(parameter['style'] ?? fallback)
  const explode = (parameter['explode'] ?? style === 'form') === true
  if (style === 'deepObject') return deepPairs(name, value)
  if (Array.isArray(value)) {
    const texts = value.map(textOf)
    if (explode && place === 'query') return texts.map((text) => [name, text])
    const separator = style === 'pipeDelimited' ? '|' : style === 'spaceDelimited' ? ' ' : ','
    return [[name, texts.join(separator)]]
  }
  if (!isObject(value)) return [[name, textOf(value)]]
  const members = Object.entries(value).map(([key, member]) => [key, textOf(member)] as const)
  if (explode && place === 'query') return members
  return [[name, members.map((member) => member.join(explode ? '=' : ',')).join(',')]]
}

function deepPairs(name: string, value: unknown): Pairs {
  if (Array.isArray(value))
    return (value as readonly unknown[]).flatMap((item, index) => deepPairs(`${name}[${index}]`, item))
  if (!isObject(value)) return [[name, textOf(value)]]
  return Object.entries(value).flatMap(([key, member]) => deepPairs(`${name}[${key}]`, member))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

interface Body {
  readonly mediaType: string
  readonly schema: unknown
  readonly text: string
}

const boundary = 'boundary-of-parts'

function bodyOf({ requestBody }: DocumentedOperation, options: SampleOptions): Body | undefined {
  const content = isObject(requestBody?.['content']) ? Object.entries(requestBody['content']) : []
  const [range, media] = content.find(([name]) => name.includes('json')) ?? content[0] ?? []
  if (range === undefined || !isObject(media)) return undefined
  const mediaType = range.includes('*') ? 'application/json' : range
  const { schema, encoding } = media
  const value = schema === undefined ? {} : sampleOf(options, schema)
  const body = (text: string, type = mediaType): Body => ({ mediaType: type, schema, text })
  if (mediaType.includes('json')) return body(JSON.stringify(value))
  const members = isObject(value) ? Object.entries(value) : []
  if (mediaType === 'application/x-www-form-urlencoded') {
    const pairs = members.flatMap(([name, member]) => {
      const own = isObject(encoding) && isObject(encoding[name]) ? encoding[name] : undefined
      if (own) return styled({ in: 'query', ...own }, name, member)
      if (!Array.isArray(member)) return [[name, textOf(member)] as const]
      return (member as readonly unknown[]).map((item) => [name, textOf(item)] as const)
    })
    return body(pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'))
  }
  if (mediaType === 'multipart/form-data') {
    const parts = members.flatMap(([name, member]) =>
      (Array.isArray(member) ? (member as readonly unknown[]) : [member]).map(
        (item) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${textOf(item)}\r\n`,
      ),
    )
    return body(`${parts.join('')}--${boundary}--\r\n`, `${mediaType}; boundary=${boundary}`)
  }
  return body(textOf(value))
}
