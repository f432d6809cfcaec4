import { isJsonObject } from '../contract/json-pointer.js'
import { DevelopmentError } from './development-error.js'
import { resolveReference, toObject, type BundledDocument, type JsonObject } from './bundled-document.js'

/** How an operation gives its entries in pages: a query parameter, and two members of the reply. */
export interface Pages {
  readonly cursor: string
  readonly items: string
  readonly nextCursor: string
}

const usual: Pages = { cursor: 'cursor', items: 'items', nextCursor: 'nextCursor' }

/**
 * `undefined` where the operation has no pages. `x-pagination` names what is called otherwise. `id`: what to call the
 * operation. Throws `DevelopmentError` where `x-pagination` says what has no meaning, or names what is not there.
 */
export function findPages(document: BundledDocument, id: string, operation: JsonObject): Pages | undefined {
  const given = operation['x-pagination']
  if (given === false) return undefined
  const pages = given === undefined ? usual : readNames(id, given)
  const missing = [
    ...(hasQueryParameter(document, operation, pages.cursor) ? [] : [`the query parameter ${pages.cursor}`]),
    ...(hasMembers(document, operation, pages)
      ? []
      : [`${pages.items} (a list) and ${pages.nextCursor} in its reply`]),
  ]
  if (missing.length === 0) return pages
  if (given === undefined) return undefined
  throw new DevelopmentError(
    'document',
    `x-pagination of ${id} names what it does not declare: ${missing.join(', ')}`,
  )
}

function readNames(id: string, given: unknown): Pages {
  const isNames =
    isJsonObject(given) &&
    Object.entries(given).every(([key, name]) => Object.hasOwn(usual, key) && typeof name === 'string')
  if (!isNames) {
    throw new DevelopmentError(
      'document',
      `x-pagination of ${id} is ${JSON.stringify(given)}: it must be false, or say what is called otherwise than cursor, items and nextCursor, such as { items: rows }`,
    )
  }
  const { cursor, items, nextCursor } = { ...usual, ...given }
  return { cursor, items, nextCursor }
}

function hasQueryParameter(document: BundledDocument, operation: JsonObject, name: string): boolean {
  return (operation['parameters'] as readonly unknown[])
    .map((parameter) => resolveReference(document, parameter))
    .some((parameter) => parameter['in'] === 'query' && parameter['name'] === name)
}

function hasMembers(document: BundledDocument, operation: JsonObject, { items, nextCursor }: Pages): boolean {
  const response = resolveReference(document, toObject(operation['responses'])['200'])
  return Object.entries(toObject(response['content']))
    .filter(([mediaType]) => /[/+]json\s*(?:;|$)/i.test(mediaType))
    .some(([, content]) => {
      const members = membersOf(document, toObject(content)['schema'])
      return isList(resolveReference(document, members.get(items))) && members.has(nextCursor)
    })
}

function membersOf(document: BundledDocument, schema: unknown, depth = 0): ReadonlyMap<string, unknown> {
  const { properties, allOf = [] } = resolveReference(document, schema)
  // Schemas may contain themselves; no reply says its pages so far down.
  const parts = depth < 10 ? (allOf as readonly unknown[]) : []
  return new Map([
    ...parts.flatMap((part) => [...membersOf(document, part, depth + 1)]),
    ...Object.entries(toObject(properties)),
  ])
}

function isList({ type, items }: JsonObject): boolean {
  return type === 'array' || (type === undefined && items !== undefined)
}
