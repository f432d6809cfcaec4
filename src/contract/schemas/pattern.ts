import { findHazard, type Hazard } from './pattern-hazard.js'

/* Regular expressions of `pattern` and `patternProperties`: ECMA-262, not anchored (JSON Schema 2020-12 core, section 6.4). */

/** An expression, compiled once however often a document has it. */
export interface CompiledPattern {
  /** `undefined` where it is none, and then `message` says why. */
  readonly regexp: RegExp | undefined
  readonly message: string
  /** How an expression can be made to take far longer than its subject is long. */
  readonly hazard: Hazard | undefined
}

export interface Patterns {
  readonly compile: (source: string) => CompiledPattern
}

export function createPatterns(): Patterns {
  const known = new Map<string, CompiledPattern>()
  return {
    compile(source) {
      let compiled = known.get(source)
      if (!compiled) known.set(source, (compiled = compilePattern(source)))
      return compiled
    },
  }
}

function compilePattern(source: string): CompiledPattern {
  let message = ''
  const regexp = toRegExp(source, (error) => (message ||= error.message))
  return { regexp, message, hazard: regexp && findHazard(regexp) }
}

/**
 * With the `u` flag, as JSON Schema recommends; without it where the expression is one only then: many documents escape what
 * needs no escape (`\-`), which the flag forbids.
 */
export function toRegExp(source: string, onError?: (error: Error) => void): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags)
    } catch (error) {
      onError?.(error as Error)
    }
  }
  return undefined
}
