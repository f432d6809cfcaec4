import type { ConfigMistake } from './config-error.js'
import type { Environment } from './config.js'

/** Reads variables and remembers what is wrong with them, so that every mistake is known in the end. */
export interface EnvironmentReader {
  /** The variable, trimmed; `undefined` where it is unset or empty. */
  readonly text: (name: string) => string | undefined
  /** The variable through `parse`, which throws an `Error` whose message ends a sentence that begins with the name. */
  readonly parsed: <T>(name: string, parse: (text: string) => T) => T | undefined
  /** The variable, or the content of the file that `<name>_FILE` names, through `parse`, whose message must not quote it. */
  readonly secret: (name: string, parse: (text: string) => string) => string | undefined
  /** Content of the file that the variable names. */
  readonly file: (name: string) => string | undefined
  /** A comma-separated list, each part through `parse`. Empty where the variable is unset. */
  readonly list: (name: string, parse?: (part: string) => string) => readonly string[]
  /** One of the values, exactly. */
  readonly choice: <T extends string>(name: string, values: readonly T[]) => T | undefined
  /** Digits only, from `minimum` to `maximum`. */
  readonly integer: (name: string, minimum: number, maximum: number) => number | undefined
  readonly mistake: (name: string, message: string) => void
  readonly mistakes: readonly ConfigMistake[]
}

export function createEnvironmentReader(
  env: Environment,
  readFile: (path: string) => string,
): EnvironmentReader {
  const mistakes: ConfigMistake[] = []
  const mistake = (name: string, message: string): void => void mistakes.push({ name, message })

  const text = (name: string): string | undefined => {
    const value = env[name]?.trim()
    return value === '' ? undefined : value
  }

  const contentOf = (path: string): string => {
    let content: string
    try {
      content = readFile(path)
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
      throw new Error(`names ${path}, which cannot be read${reason}: correct the path or its permissions`, {
        cause: error,
      })
    }
    if (content.trim() === '') throw new Error(`names ${path}, which is empty: write the value into it`)
    return content
  }

  const parsed = <T>(name: string, parse: (value: string) => T): T | undefined => {
    const value = text(name)
    if (value === undefined) return undefined
    try {
      return parse(value)
    } catch (error) {
      mistake(name, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  const list = (name: string, parse = (part: string) => part): readonly string[] =>
    parsed(name, (value) => {
      const parts = value.split(',').map((part) => part.trim())
      if (parts.includes('')) throw new Error('has an empty part: separate values with one comma each')
      return [...new Set(parts.map(parse))]
    }) ?? []

  return {
    text,
    parsed,
    file: (name) => parsed(name, contentOf),
    list,
    mistake,
    mistakes,

    secret: (name, parse) => {
      const fileName = `${name}_FILE`
      if (text(fileName) === undefined) return parsed(name, parse)
      if (text(name) !== undefined) {
        mistake(fileName, `is set beside ${name}: keep one of them`)
        return undefined
      }
      // Secrets are mounted as files with a newline at the end that does not belong to them.
      return parsed(fileName, (path) => parse(contentOf(path).trim()))
    },

    choice: (name, values) =>
      parsed(name, (value) => {
        const known = values.find((candidate) => candidate === value)
        if (known === undefined) throw new Error(`is "${value}": choose one of ${values.join(', ')}`)
        return known
      }),

    integer: (name, minimum, maximum) =>
      parsed(name, (value) => {
        const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
        if (!(number >= minimum && number <= maximum)) {
          throw new Error(`is "${value}": give a whole number from ${minimum} to ${maximum}, in digits`)
        }
        return number
      }),
  }
}
