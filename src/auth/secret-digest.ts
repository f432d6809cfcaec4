import { createHash } from 'node:crypto'

/**
 * SHA-256 of a secret in hex, as `sha256sum` writes it. Secrets of services are random, so their digests can be stored and
 * looked up: how long a look-up takes tells of the digest, which leads nobody to the secret.
 */
export function toSecretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
