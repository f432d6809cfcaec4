import { join } from 'node:path'
import type { Config, Environment } from './config.js'

/*
 * What others know of the embedded authorization server without starting it.
 */

/** The audience of development: what AUDIENCE is while ISSUER is unset. */
export const devAudience = 'api://gatehouse'

/** Its issuer identifier. By address: `localhost` can mean another one. */
export function toIssuer(port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://127.0.0.1:${port}`
}

/** Where it keeps its keys, secrets and registered clients. */
export function issuerFolder({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'issuer')
}

/** The environment while ISSUER is unset, as the service reads it: with the embedded authorization server. */
export function withEmbeddedIssuer(env: Environment, port: number): Environment {
  return {
    ...withDefaults(env, { AUDIENCE: devAudience }),
    ISSUER: toIssuer(port),
    // ISSUER_PRESET is about ISSUER, which is unset.
    ISSUER_PRESET: 'rfc9068',
  }
}

/** An empty variable is an unset one; laid over a default it does not win. */
export function withDefaults(env: Environment, defaults: Environment): Environment {
  return {
    ...defaults,
    ...Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== '')),
  }
}
