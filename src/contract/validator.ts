import type { Violation } from '../problem/problem.js'
import { createSchemaCompiler } from './compile-schema.js'
import { createDeclaredMembers, type Keep } from './declared-members.js'
import { createDefaults, readDefaultValues } from './defaults.js'
import type { DefectLog } from './defect.js'
import { readDiscriminators } from './discriminator.js'
import { createRun, unusable } from './evaluation.js'
import type { OpenApiVersion } from './openapi-version.js'
import { createPatterns } from './pattern.js'
import type { OpenApiDocument } from './read-document.js'
import { checkSchemas } from './schema-faults.js'
import { createSchemaIndex } from './schema-index.js'
import { toViolations } from './violations.js'
import { createWithheld, nothingWithheld, type Direction, type Withheld } from './withheld.js'

/**
 * Checks a value against one schema; nothing where it fits. `pointer` stands before the pointers of the violations. Members
 * that a request leaves out get their defaults where the value fits, so that no default decides whether it does.
 */
export type Validate = (value: unknown, part: Violation['in'], pointer?: string) => readonly Violation[]

/** What the schemas of a document check, by the pointer of a schema. */
export interface Validators {
  readonly validatorFor: (pointer: string, direction: Direction) => Validate
  /** Copies of a reply what may leave; `undefined` where the schema withholds nothing. */
  readonly keepFor: (pointer: string) => Keep | undefined
  /** Reports what shows only once all schemas are compiled. To be called after the others. */
  readonly compile: () => void
}

type Side = Parameters<typeof createDeclaredMembers>[0]

export interface ValidatorOptions {
  readonly document: OpenApiDocument
  readonly version: OpenApiVersion
  readonly defects: DefectLog
  /** Violations reported of one value. Default 20. */
  readonly violationLimit?: number
}

export const defaultViolationLimit = 20

const none: readonly Violation[] = []

/** Reads and checks every schema of the document. */
export function createValidators(options: ValidatorOptions): Validators {
  const { document, version, defects } = options
  // A value that does not fit has at least one violation.
  const violationLimit = Math.max(1, options.violationLimit ?? defaultViolationLimit)
  const index = createSchemaIndex(document, version, defects)
  const patterns = createPatterns()
  const faulty = checkSchemas(index, patterns, defects)
  const discriminators = readDiscriminators(index, defects, faulty)
  const sideOf = (withheld: Withheld): Side => {
    const shared = { index, patterns, discriminators, withheld }
    return { ...shared, compiler: createSchemaCompiler({ ...shared, unusable: faulty, defects }) }
  }
  const values = readDefaultValues(index, sideOf(nothingWithheld).compiler, defects)
  const sides = {
    request: sideOf(createWithheld(index, 'readOnly', (member) => values.of(member) !== undefined)),
    // Nothing is filled into a reply.
    reply: sideOf(createWithheld(index, 'writeOnly', () => false)),
  }
  const defaults = createDefaults({ ...sides.request, values })
  const declaredMembers = createDeclaredMembers(sides.reply)
  const known = new Map<string, Validate>()

  const create = (pointer: string, direction: Direction): Validate => {
    const node = index.at(pointer)
    const check = node ? sides[direction].compiler.compile(node) : unusable
    const scope = node && { resource: node.resource, outer: undefined }
    const fill = node && direction === 'request' ? defaults.fillFor(node) : undefined
    return (value, part, prefix = '') => {
      const run = createRun(violationLimit, scope)
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
    keepFor(pointer) {
      const node = index.at(pointer)
      return node && declaredMembers.keepFor(node)
    },
    compile() {
      for (const { compiler } of Object.values(sides)) compiler.checkCircles()
    },
  }
}
