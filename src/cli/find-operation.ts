import type { Contract } from '../contract/load-contract.js'
import type { Operation } from '../contract/operations/operation.js'
import { nearest } from './nearest.js'

export type Sought =
  | { readonly operation: Operation }
  /** `reason` is a sentence without its full stop. */
  | { readonly reason: string; readonly suggestions: readonly Operation[] }

const suggestionLimit = 3

/**
 * The operation that is meant by an operationId, by `METHOD /path` with the path's template, or by `METHOD /path` as a
 * request has it (its query does not count).
 */
export function findOperation(contract: Contract, sought: string): Sought {
  const all = [...contract.operations.values()]
  const named = contract.operations.get(sought)
  if (named) return { operation: named }
  const request = /^(\S+)\s+(\/\S*)$/.exec(sought)
  if (!request) return suggest(all, sought, `The document has no operation \`${sought}\``)
  const method = (request[1] ?? '').toUpperCase()
  const path = (request[2] ?? '').replace(/[?#].*$/, '')
  // A template fits itself, so that it is found like any request.
  const found = contract.find(method, path)
  switch (found.kind) {
    case 'operation':
      return { operation: found.operation }
    case 'no-method': {
      const reason = `\`${path}\` is no path for ${method}: it allows ${found.allow.join(', ')}`
      return { reason, suggestions: sharingPath(contract, all, path) }
    }
    case 'malformed':
      return suggest(all, `${method} ${path}`, `\`${path}\` is no path of a request: ${found.detail}`)
    case 'no-path':
      return suggest(all, `${method} ${path}`, `The document has no path for \`${path}\``)
  }
}

/** `METHOD /path`, and the operationId where there is one. */
export function titleOf({ method, pathTemplate, operationId }: Operation): string {
  const request = `${method} ${pathTemplate}`
  return operationId === undefined ? request : `${request} (${operationId})`
}

function sharingPath(contract: Contract, all: readonly Operation[], path: string): readonly Operation[] {
  return all.filter(({ method, pathTemplate }) => {
    if (pathTemplate === path) return true
    const found = contract.find(method, path)
    return found.kind === 'operation' && found.operation.pathTemplate === pathTemplate
  })
}

function suggest(all: readonly Operation[], sought: string, reason: string): Sought {
  const [, path] = /(\/\S*)$/.exec(sought) ?? []
  const textOf = (operation: Operation): string => {
    if (path === undefined) return operation.key
    return `${operation.method} ${fill(operation.pathTemplate, path)}`
  }
  return { reason, suggestions: nearest(sought, all, textOf, suggestionLimit) }
}

/** A template with the values of a request in it, so that a misspelt word beside them is all that differs. */
function fill(template: string, path: string): string {
  const values = path.split('/')
  return template
    .split('/')
    .map((segment, index) => (segment.includes('{') ? (values[index] ?? segment) : segment))
    .join('/')
}
