import { METHODS } from 'node:http'
import type { CompileContext } from '../compile-context.js'
import { childPointer, isJsonObject, type JsonObject } from '../json-pointer.js'
import type { DefectLog } from '../defect.js'
import type { Operation } from './operation.js'
import { compileParameters } from '../parameters/parameters.js'
import { operationsOf } from './path-item.js'
import { parsePathTemplate, type PathTemplate } from './path-template.js'
import type { Located } from '../document/reference.js'
import { compileReplies } from './replies.js'
import { compileRequestBody } from '../bodies/request-body.js'
import { readSecurity } from './security.js'
import type { SecurityScheme } from './security-requirement.js'
import { readSenderConstraints, refuseMisplacedConstraint } from './sender-constraint.js'

/** A path of the document with the operations under it, by method. */
export interface PathEntry {
  readonly template: PathTemplate
  readonly pointer: string
  readonly operations: ReadonlyMap<string, Operation>
}

export interface PathsContext extends CompileContext {
  readonly schemes: ReadonlyMap<string, SecurityScheme>
}

interface OperationContext extends PathsContext {
  readonly keys: Keys
}

export function compilePaths(context: PathsContext): readonly PathEntry[] {
  const paths = context.resolver.document['paths']
  const keys = createKeys(context.defects)
  refuseMisplacedConstraint(context.resolver.document, '#', context.defects)
  return Object.entries(isJsonObject(paths) ? paths : {}).flatMap(([text, item]) => {
    const pointer = childPointer('#/paths', text)
    if (text.startsWith('x-')) return []
    const pathItem = context.resolver.resolve(item, pointer)
    let template: PathTemplate
    try {
      template = parsePathTemplate(text)
    } catch (error) {
      const message = `${(error as Error).message}: correct the template`
      context.defects.report({ code: 'invalid-path-template', pointer, message })
      return []
    }
    return pathItem ? [compilePathItem(template, pathItem, pointer, { ...context, keys })] : []
  })
}

function compilePathItem(
  template: PathTemplate,
  item: Located,
  pointer: string,
  context: OperationContext,
): PathEntry {
  const shared = parametersOf(item.value, item.pointer, context)
  refuseMisplacedConstraint(item.value, item.pointer, context.defects)
  const operations = new Map<string, Operation>()
  for (const operation of servedOperations(item, context)) {
    const { method } = operation
    operations.set(method, compileOperation(method, template, operation, shared, context))
  }
  return { template, pointer, operations }
}

/** The operations that this version of OpenAPI knows, and that Node's parser takes requests for. */
function servedOperations(
  { value: item, pointer: itemPointer }: Located,
  { version, defects }: CompileContext,
): readonly (Located & { readonly method: string })[] {
  return operationsOf(item).flatMap(({ method, value, members, since32 }) => {
    if (since32 && version !== '3.2') return []
    const pointer = childPointer(itemPointer, ...members)
    if (METHODS.includes(method)) return [{ method, value, pointer }]
    const message = `this Node.js cannot receive ${method} requests: use a newer one, or another method`
    defects.report({ code: 'unsupported-method', pointer, message })
    return []
  })
}

function compileOperation(
  method: string,
  template: PathTemplate,
  { value, pointer }: Located,
  shared: readonly Located[],
  context: OperationContext,
): Operation {
  const { resolver, defects, schemes } = context
  const operationId = typeof value['operationId'] === 'string' ? value['operationId'] : undefined
  const security = readSecurity(resolver.document, value, pointer, schemes, defects)
  const requestBody =
    value['requestBody'] === undefined
      ? undefined
      : resolver.resolve(value['requestBody'], childPointer(pointer, 'requestBody'))
  return {
    key: context.keys.take(operationId, `${method} ${template.text}`, pointer),
    operationId,
    method,
    pathTemplate: template.text,
    pointer,
    summary: typeof value['summary'] === 'string' ? value['summary'] : undefined,
    deprecated: value['deprecated'] === true,
    security,
    senderConstraints: readSenderConstraints({ value, pointer }, security, schemes, defects),
    parameters: compileParameters(shared, parametersOf(value, pointer, context), template.names, pointer, {
      ...context,
      credentialNames: keyNames(security, schemes),
    }),
    requestBody: requestBody && compileRequestBody(requestBody, context),
    replies: compileReplies(value['responses'], childPointer(pointer, 'responses'), context),
  }
}

interface Keys {
  /** operationId where it is the first of its name, else the method and path. */
  readonly take: (operationId: string | undefined, methodAndPath: string, pointer: string) => string
}

function createKeys(defects: DefectLog): Keys {
  const pointers = new Map<string, string>()
  return {
    take(operationId, methodAndPath, pointer) {
      if (operationId === undefined) return methodAndPath
      const known = pointers.get(operationId)
      if (known === undefined) {
        pointers.set(operationId, pointer)
        return operationId
      }
      const message = `operationId \`${operationId}\` is also that of ${known}: give each its own`
      defects.report({ code: 'duplicate-operation-id', pointer, message })
      return methodAndPath
    },
  }
}

function parametersOf(owner: JsonObject, pointer: string, { resolver }: CompileContext): readonly Located[] {
  const declared = owner['parameters']
  if (!Array.isArray(declared)) return []
  return (declared as readonly unknown[]).flatMap(
    (parameter, index) => resolver.resolve(parameter, childPointer(pointer, 'parameters', index)) ?? [],
  )
}

/** Query parameters that carry an API key: declared by the security scheme, not among the parameters. */
function keyNames(
  security: Operation['security'],
  schemes: ReadonlyMap<string, SecurityScheme>,
): ReadonlySet<string> {
  const names = security
    .flatMap((requirement) => Object.keys(requirement))
    .flatMap((name) => schemes.get(name) ?? [])
  return new Set(names.flatMap((scheme) => (scheme.in === 'query' && scheme.name ? [scheme.name] : [])))
}
