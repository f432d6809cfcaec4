/** One thing that is wrong with the environment. */
export interface ConfigMistake {
  /** The variable to change. */
  readonly name: string
  /** What is wrong and what to do, as the rest of a sentence that begins with `name`. Holds no secret. */
  readonly message: string
}

/** The environment does not describe a service that can start. Names every mistake at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'config_invalid'
  readonly mistakes: readonly ConfigMistake[]

  constructor(mistakes: readonly ConfigMistake[]) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    const lines = mistakes.map(({ name, message }) => `  ${name} ${message}`)
    super(
      [`The environment has ${count}. Correct it, here or in .env, and start again:`, ...lines].join('\n'),
    )
    this.mistakes = mistakes
  }
}
