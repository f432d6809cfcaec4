import type { Violation } from '../../problem/problem.js'
import { createSchemaCompiler, type CompiledSchemas } from './compile-schema.js'
import { createDeclaredMembers, type Keep } from './declared-members.js'
import { readDefaultValues } from './default-values.js'
import { createDefaults, type Fill } from './defaults.js'
import type { DefectLog } from '../defect.js'
import { readDiscriminators } from './discriminator.js'
import { createRun, unusable, type Check } from './evaluation.js'
import { defaultLimits } from '../limits.js'
import type { OpenApiVersion } from '../document/openapi-version.js'
import { createPatterns } from './pattern.js'
import type { OpenApiDocument } from '../document/read-document.js'
import type { FollowSchema } from '../document/reference.js'
import { checkCircles } from './schema-circles.js'
import { checkSchemas } from './schema-faults.js'
import { createSchemaIndex, type SchemaNode } from './schema-index.js'
import { toViolations } from './violations.js'
import { createWithheld, nothingWithheld, type Direction, type Withheld } from './withheld.js'

/**
 * Checks a value against one schema; nothing where it fits. `pointer` stands before the pointers of the violations. Members
 * that a request leaves out get their defaults where the value fits, so that no default decides whether it does.
 */
export type Validate = (
  value: unknown,
  part: Violation['in'],
  pointer?: string,
  violationLimit?: number,
) => readonly Violation[]

/** What the schemas of a document check, by the pointer of a schema. */
export interface Validators {
  readonly validatorFor: (pointer: string, direction: Direction) => Validate
  /** What a schema is in the end: what its `$ref`s lead to. `undefined` where there is none, or they lead nowhere. */
  readonly followSchema: FollowSchema
  /** Copies of a reply what may leave; `undefined` where the schema withholds nothing. */
  readonly keepFor: (pointer: string) => Keep | undefined
}

export interface ValidatorOptions {
  readonly document: OpenApiDocument
  readonly version: OpenApiVersion
  readonly defects: DefectLog
}

const none: readonly Violation[] = []

/**
 * Reads and checks every schema of the document. All of its defects show here; what a schema compiles to is made when the first
 * value is held against it, because a large document has thousands of schemas of which a process meets some.
 */
export function createValidators(options: ValidatorOptions): Validators {
  const { document, version, defects } = options
  const index = createSchemaIndex(document, version, defects)
  const patterns = createPatterns()
  const faulty = checkSchemas(index, patterns, defects)
  const discriminators = readDiscriminators(index, defects)
  const sideOf = (withheld: Withheld): CompiledSchemas => {
    const shared = { index, patterns, discriminators, withheld }
    return { ...shared, compiler: createSchemaCompiler({ ...shared, unusable: faulty }) }
  }
  const fromRequests = createWithheld(index, 'readOnly', (member) => values.of(member) !== undefined)
  // Nothing is filled into a reply.
  const fromReplies = createWithheld(index, 'writeOnly', () => false)
  checkCircles({
    index,
    discriminators,
    withheld: [fromRequests, fromReplies],
    unusable: faulty,
    defects,
  })
  const values = readDefaultValues(index, sideOf(nothingWithheld).compiler, defects)
  const sides = { request: sideOf(fromRequests), reply: sideOf(fromReplies) }
  const defaults = createDefaults(sides.request, values)
  const declaredMembers = createDeclaredMembers(sides.reply)
  const known = new Map<string, Validate>()

  const create = (pointer: string, direction: Direction): Validate => {
    const node = index.at(pointer)
    const scope = node && { resource: node.resource, outer: undefined }
    let check: Check | undefined
    let fill: Fill | undefined
    return (value, part, prefix = '', violationLimit = defaultLimits.violations) => {
      if (!check) {
        check = node ? sides[direction].compiler.compile(node) : unusable
        fill = node && direction === 'request' ? defaults.fillFor(node) : undefined
      }
      // A value that does not fit has at least one violation.
      const run = createRun(Math.max(1, violationLimit), scope)
      const isFitting = check(value, run)
      if (isFitting && !run.isBroken) {
        fill?.(value)
        return none
      }
      if (run.found.length === 0) unusable(value, run)
      return toViolations(run.found, value, part, prefix)
    }
  }

  return {
    validatorFor(pointer, direction) {
      const key = `${direction} ${pointer}`
      let validate = known.get(key)
      if (!validate) known.set(key, (validate = create(pointer, direction)))
      return validate
    },
    followSchema(pointer) {
      const seen = new Set<SchemaNode>()
      let node = index.at(pointer)
      while (node && typeof node.keywords['$ref'] === 'string') {
        if (seen.has(node)) return undefined
        seen.add(node)
        node = index.reference(node)
      }
      return node
    },
    keepFor(pointer) {
      const node = index.at(pointer)
      return node && declaredMembers.keepFor(node)
    },
  }
}
