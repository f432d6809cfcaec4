import { createHash } from 'node:crypto'

/**
 * Name to the 64-bit number that PostgreSQL's advisory locks go by, in decimal: JavaScript's numbers and the drivers'
 * parameters lose digits of it.
 */
export function advisoryLockId(...name: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(name)).digest().readBigInt64BE().toString()
}
