import { isJsonObject, type Json } from './json-pointer.js'
import { bundle } from './bundle.js'
import { compilePaths, type PathEntry } from './compile-operations.js'
import { createDefectLog, type Defect, type DefectLog, type DefectPolicy } from './defect.js'
import { parseOpenApiVersion } from './openapi-version.js'
import type { Operation } from './operation.js'
import { createPathTree, type PathTree } from './path-tree.js'
import { decodePercent, MalformedEncodingError } from './query-string.js'
import { readDocument, toUrl, type OpenApiDocument } from './read-document.js'
import { createResolver } from './reference.js'
import { readSecuritySchemes } from './security.js'
import type { SecurityScheme } from './security-requirement.js'
import { checkStructure } from './structure.js'
import { createValidators } from './validator.js'

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
  const document = await bundle(root, url, defects)
  await checkStructure(document, defects)
  const validators = createValidators({ document, version, defects })
  const resolver = createResolver(document, defects, validators.followSchema)
  const schemes = readSecuritySchemes(resolver, defects)
  const paths = compilePaths({ resolver, version, validators, defects, schemes })
  const operations = new Map(
    paths.flatMap((entry) => [...entry.operations.values()].map((operation) => [operation.key, operation])),
  )
  const tree = plant(paths, defects)
  const warnings = defects.settle()
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

function plant(paths: readonly PathEntry[], defects: DefectLog): PathTree<PathEntry> {
  const tree = createPathTree<PathEntry>()
  for (const entry of paths) {
    const known = tree.add(entry.template, entry)
    if (!known) continue
    const message = `no request can tell this path from \`${known.template.text}\`: join the two`
    defects.report({ code: 'path-collision', pointer: entry.pointer, message })
  }
  return tree
}

function find(tree: PathTree<PathEntry>, method: string, path: string): Found {
  try {
    decodePercent(path)
  } catch (error) {
    if (error instanceof MalformedEncodingError) return { kind: 'malformed', detail: error.message }
    throw error
  }
  const match = tree.find(path)
  if (!match) return { kind: 'no-path' }
  const { operations } = match.value
  const operation = operations.get(method) ?? (method === 'HEAD' ? operations.get('GET') : undefined)
  if (operation) return { kind: 'operation', operation, rawParameters: match.rawParameters }
  return { kind: 'no-method', allow: allowed(operations) }
}

function allowed(operations: ReadonlyMap<string, Operation>): readonly string[] {
  const methods = new Set(operations.keys())
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods.add('OPTIONS')]
}
