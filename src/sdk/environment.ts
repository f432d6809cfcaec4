import { names } from '../../generated/sdk/operations.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the client reads of the environment, by option. */
export const variables = {
  baseUrl: `${names.environmentPrefix}_BASE_URL`,
  issuer: `${names.environmentPrefix}_ISSUER`,
  clientId: `${names.environmentPrefix}_CLIENT_ID`,
  clientSecret: `${names.environmentPrefix}_CLIENT_SECRET`,
  privateKey: `${names.environmentPrefix}_PRIVATE_KEY`,
  keyId: `${names.environmentPrefix}_KEY_ID`,
  keyAlgorithm: `${names.environmentPrefix}_KEY_ALGORITHM`,
  scopes: `${names.environmentPrefix}_SCOPES`,
} as const

export type VariableOption = keyof typeof variables

/** The option's variable. An empty one is an unset one. */
export function readVariable(option: VariableOption, environment?: Environment): string | undefined {
  const name = variables[option]
  const value = (environment === undefined ? readProcess(name) : environment[name])?.trim()
  return value === '' ? undefined : value
}

/** Through the global object: a browser has no process, and Deno may refuse the variable. */
function readProcess(name: string): string | undefined {
  try {
    return (globalThis as { process?: { env?: Environment } }).process?.env?.[name]
  } catch {
    return undefined
  }
}
