import { isJsonObject, type Json } from './json-pointer.js'
import { bundle } from './document/bundle.js'
import { compilePaths, type PathEntry } from './operations/compile-operations.js'
import { createDefectLog, type Defect, type DefectLog, type DefectPolicy } from './defect.js'
import { parseOpenApiVersion } from './document/openapi-version.js'
import type { Operation } from './operations/operation.js'
import type { PathTemplate } from './operations/path-template.js'
import { createPathTree, type PathTree } from './operations/path-tree.js'
import { decodePercent, MalformedEncodingError } from './parameters/query-string.js'
import { readDocument, toUrl, type OpenApiDocument } from './document/read-document.js'
import { createResolver } from './document/reference.js'
import { readSecuritySchemes } from './operations/security.js'
import type { SecurityScheme } from './operations/security-requirement.js'
import { checkStructure } from './document/structure.js'
import { createValidators } from './schemas/validator.js'

/** An OpenAPI document, compiled once. */
export interface Contract {
  /** The bundled document: one file, references kept. */
  readonly document: OpenApiDocument
  /** By operationId, or `GET /path` where there is none. */
  readonly operations: ReadonlyMap<string, Operation>
  readonly securitySchemes: ReadonlyMap<string, SecurityScheme>
  /** Defects that `onDefect` only warns of. */
  readonly warnings: readonly Defect[]
  /** `path` is that of a request target, without its query, still encoded. */
  readonly find: (method: string, path: string) => Found
}

/** Where a method and path lead. */
export type Found =
  | {
      readonly kind: 'operation'
      readonly operation: Operation
      readonly rawParameters: Readonly<Record<string, string>>
    }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'no-path' }
  /** `allow` for the header of that name. */
  | { readonly kind: 'no-method'; readonly allow: readonly string[] }

export interface LoadContractOptions {
  /** What to do with defects: one action, or an action by code. Default: `'refuse'`. */
  readonly onDefect?: DefectPolicy
}

/**
 * Reads, bundles and compiles an OpenAPI document: a path (from the working directory) or URL to YAML or JSON, or a parsed
 * document. Throws `ContractError` with every defect at once.
 */
export async function loadContract(
  source: string | URL | OpenApiDocument,
  options: LoadContractOptions = {},
): Promise<Contract> {
  const defects = createDefectLog(options.onDefect)
  const isParsed = typeof source === 'object' && !(source instanceof URL)
  const url = isParsed ? toUrl('document.json') : toUrl(source)
  const root = isParsed ? (source as Json) : await read(url, defects)
  if (!isJsonObject(root)) {
    defects.report({ code: 'unreadable', pointer: '#', message: 'an OpenAPI document is an object' })
    return refused(defects)
  }
  const version = parseOpenApiVersion(root['openapi'])
  if (!version) {
    const message =
      root['swagger'] === undefined
        ? '`openapi` must name a version from 3.0 to 3.2'
        : 'OpenAPI 2 is not supported: convert the document to 3.0 or later'
    defects.report({ code: 'unsupported-version', pointer: '#', message })
    return refused(defects)
  }
  const { document, fileOf } = await bundle(root, url, defects)
  await checkStructure(document, defects)
  const validators = createValidators({ document, version, defects })
  const resolver = createResolver(document, defects, validators.followSchema)
  const schemes = readSecuritySchemes(resolver, defects)
  const paths = compilePaths({ resolver, version, validators, defects, schemes })
  const operations = new Map(
    paths.flatMap((entry) => [...entry.operations.values()].map((operation) => [operation.key, operation])),
  )
  const tree = plant(paths, defects)
  const warnings = defects.settle(fileOf)
  return {
    document,
    operations,
    securitySchemes: schemes,
    warnings,
    find: (method, path) => find(tree, method, path),
  }
}

async function read(url: URL, defects: DefectLog): Promise<Json> {
  try {
    return await readDocument(url)
  } catch (error) {
    defects.report({ code: 'unreadable', pointer: '#', message: `${url.href}: ${(error as Error).message}` })
    return refused(defects)
  }
}

/** For defects that leave nothing to go on with, whatever the policy says. */
function refused(defects: DefectLog): never {
  defects.settle()
  throw new TypeError('The OpenAPI document cannot be read')
}

/**
 * Paths that differ in the names of their expressions alone are one path to a request. Where the policy lets that be, each
 * keeps the methods that the others do not have, and of one method the first is served.
 */
function plant(paths: readonly PathEntry[], defects: DefectLog): PathTree<Planted> {
  const tree = createPathTree<Planted>()
  for (const { template, pointer, operations } of paths) {
    const methods = new Map(
      [...operations].map(([method, operation]) => [method, { operation, names: template.names }]),
    )
    const known = tree.add(template, { template, methods })
    if (!known) continue
    const taken = [...methods.keys()].filter((method) => known.methods.has(method))
    const message =
      taken.length > 0
        ? `no request can tell ${taken.join(', ')} of this path from that of \`${known.template.text}\`, which is the one served: join the two`
        : `no request can tell this path from \`${known.template.text}\`: join the two`
    defects.report({ code: 'path-collision', pointer, message })
    for (const [method, served] of methods) if (!known.methods.has(method)) known.methods.set(method, served)
  }
  return tree
}

interface Planted {
  readonly template: PathTemplate
  /** By method, with the names that its own template gives to the values of the path. */
  readonly methods: Map<string, { readonly operation: Operation; readonly names: readonly string[] }>
}

function find(tree: PathTree<Planted>, method: string, path: string): Found {
  try {
    decodePercent(path)
  } catch (error) {
    if (error instanceof MalformedEncodingError) return { kind: 'malformed', detail: error.message }
    throw error
  }
  const match = tree.find(path)
  if (!match) return { kind: 'no-path' }
  const { template, methods } = match.value
  const served = methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined)
  if (!served) return { kind: 'no-method', allow: allowed(methods) }
  const { operation, names } = served
  const rawParameters =
    names === template.names ? match.rawParameters : renamed(match.rawParameters, template.names, names)
  return { kind: 'operation', operation, rawParameters }
}

function renamed(
  values: Readonly<Record<string, string>>,
  from: readonly string[],
  to: readonly string[],
): Readonly<Record<string, string>> {
  const named = Object.create(null) as Record<string, string>
  to.forEach((name, index) => (named[name] = values[from[index] ?? ''] ?? ''))
  return named
}

function allowed(operations: ReadonlyMap<string, unknown>): readonly string[] {
  const methods = new Set(operations.keys())
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods.add('OPTIONS')]
}
