import type { Defect } from '../contract/defect.js'
import type { Contract } from '../contract/load-contract.js'
import { defaultLimits } from '../contract/limits.js'
import type { Operation } from '../contract/operations/operation.js'
import { describeCallers, type CallersDescription } from './describe-callers.js'
import {
  describeBody,
  describeReplies,
  type BodyDescription,
  type ReplyDescription,
} from './describe-content.js'
import { describeParameters, type ParametersDescription } from './describe-parameters.js'
import { readOperationSource } from './operation-source.js'

/** What the gate does for one operation, as data. */
export interface OperationDescription extends ParametersDescription {
  readonly method: string
  readonly path: string
  readonly operationId?: string
  readonly summary?: string
  readonly deprecated: boolean
  readonly pointer: string
  readonly callers: CallersDescription
  /** `null`: none is read. */
  readonly body: BodyDescription | null
  readonly replies: readonly ReplyDescription[]
  readonly limits: { readonly jsonDepth: number; readonly violations: number }
  /** Those of the operation itself, out of all that the document has. */
  readonly defects: readonly Defect[]
}

export function describeOperation(
  contract: Contract,
  operation: Operation,
  defects: readonly Defect[],
): OperationDescription {
  const source = readOperationSource(contract, operation)
  if (!source) throw new TypeError(`The contract has no operation ${operation.key}`)
  const { operationId, summary, pointer } = operation
  const own = defects.filter((defect) => `${defect.pointer}/`.startsWith(`${pointer}/`))
  const stated = !own.some(({ code }) => code === 'missing-security')
  return {
    method: operation.method,
    path: operation.pathTemplate,
    ...(operationId !== undefined && { operationId }),
    ...(summary !== undefined && { summary }),
    deprecated: operation.deprecated,
    pointer,
    callers: describeCallers(operation, contract.securitySchemes, stated),
    ...describeParameters(operation, source),
    body: describeBody(operation, source) ?? null,
    replies: describeReplies(source),
    limits: { jsonDepth: defaultLimits.depth, violations: defaultLimits.violations },
    defects: own,
  }
}
