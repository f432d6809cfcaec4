import { join } from 'node:path'

import type { Config } from '../config/config.js'

/*
 * What others know of the embedded authorization server without starting it.
 */

/** The audience of development: what AUDIENCE is while ISSUER is unset. */
export const devAudience = 'api://gatehouse'

/** Its issuer identifier. By address: `localhost` can mean another one. */
export function toIssuer(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** Where it keeps its keys, secrets and registered clients. */
export function issuerFolder({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'issuer')
}
