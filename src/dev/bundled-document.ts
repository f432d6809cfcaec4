export type JsonObject = Readonly<Record<string, unknown>>

/** A document in which references lead to places in it. */
export type BundledDocument = JsonObject

/** The object itself, or the one that its `$ref` leads to; empty where there is none. */
export function resolveReference(document: BundledDocument, value: unknown): JsonObject {
  let found = toObject(value)
  // A reference may lead to another one, and a circle of them to nothing.
  for (let steps = 0; typeof found['$ref'] === 'string'; steps += 1) {
    if (steps === 100) return {}
    const tokens = found['$ref'].replace(/^#\/?/, '').split('/')
    found = tokens.reduce<JsonObject>(
      (place, token) =>
        toObject(place[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')]),
      document,
    )
  }
  return found
}

/** The value where it is an object, else an empty one. */
export function toObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
