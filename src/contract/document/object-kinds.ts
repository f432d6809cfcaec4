import { vocabularyOf } from './schema-vocabulary.js'

/* The objects of the specification, and which object stands under which member of another. */

export type ObjectKind =
  | 'document'
  | 'components'
  | 'pathItem'
  | 'operation'
  | 'callback'
  | 'parameter'
  | 'header'
  | 'requestBody'
  | 'response'
  | 'mediaType'
  | 'encoding'
  | 'example'
  | 'link'
  | 'securityScheme'
  | 'schema'

/** One object, a list of them, or a map by free names. */
export type Step = readonly ['one' | 'list' | 'map', ObjectKind]

type Steps = Readonly<Record<string, Step>>

const operation: Step = ['one', 'operation']
const content: Step = ['map', 'mediaType']
const headers: Step = ['map', 'header']
const examples: Step = ['map', 'example']
const encodings: Steps = {
  encoding: ['map', 'encoding'],
  prefixEncoding: ['list', 'encoding'],
  itemEncoding: ['one', 'encoding'],
}
const parameter: Steps = { schema: ['one', 'schema'], content, examples }

const stepsOf: Readonly<Record<Exclude<ObjectKind, 'callback' | 'schema'>, Steps>> = {
  document: {
    components: ['one', 'components'],
    paths: ['map', 'pathItem'],
    webhooks: ['map', 'pathItem'],
  },
  components: {
    schemas: ['map', 'schema'],
    responses: ['map', 'response'],
    parameters: ['map', 'parameter'],
    examples,
    requestBodies: ['map', 'requestBody'],
    headers,
    securitySchemes: ['map', 'securityScheme'],
    links: ['map', 'link'],
    callbacks: ['map', 'callback'],
    pathItems: ['map', 'pathItem'],
    mediaTypes: ['map', 'mediaType'],
  },
  pathItem: {
    parameters: ['list', 'parameter'],
    get: operation,
    put: operation,
    post: operation,
    delete: operation,
    options: operation,
    head: operation,
    patch: operation,
    trace: operation,
    query: operation,
    additionalOperations: ['map', 'operation'],
  },
  operation: {
    parameters: ['list', 'parameter'],
    requestBody: ['one', 'requestBody'],
    responses: ['map', 'response'],
    callbacks: ['map', 'callback'],
  },
  parameter,
  header: parameter,
  requestBody: { content },
  response: { headers, content, links: ['map', 'link'] },
  mediaType: { schema: ['one', 'schema'], itemSchema: ['one', 'schema'], examples, ...encodings },
  encoding: { headers, ...encodings },
  example: {},
  link: {},
  securityScheme: {},
}

const jsonSchema = vocabularyOf('3.1')

/** What stands under a member; `undefined` where it is no object of the specification. */
export function stepOf(kind: ObjectKind, member: string): Step | undefined {
  if (kind === 'callback') return member === '$ref' ? undefined : ['one', 'pathItem']
  if (kind !== 'schema') return Object.hasOwn(stepsOf[kind], member) ? stepsOf[kind][member] : undefined
  switch (Object.hasOwn(jsonSchema, member) ? jsonSchema[member] : undefined) {
    case 'schema':
      return ['one', 'schema']
    case 'schemas':
      return ['list', 'schema']
    case 'schemas by name':
    case 'schemas by pattern':
    case 'names or schemas by name':
      return ['map', 'schema']
    default:
      return undefined
  }
}

/** Paths and responses may stand beside extensions; `x-…` among headers or schemas is a name like any other. */
export function isExtension(name: string, kind: ObjectKind): boolean {
  return name.startsWith('x-') && (kind === 'pathItem' || kind === 'response')
}

/** "Components Object": its section for a kind. Objects of other kinds cannot be referred to. */
export const sectionOf: Readonly<Partial<Record<ObjectKind, string>>> = {
  schema: 'schemas',
  response: 'responses',
  parameter: 'parameters',
  example: 'examples',
  requestBody: 'requestBodies',
  header: 'headers',
  securityScheme: 'securitySchemes',
  link: 'links',
  callback: 'callbacks',
  pathItem: 'pathItems',
  mediaType: 'mediaTypes',
}

export const kindsBySection: readonly (readonly [section: string, ObjectKind])[] = Object.entries(
  sectionOf,
).map(([kind, section]) => [section, kind as ObjectKind])
