/** A token that fits behind `Bearer ` (RFC 6750 section 2.1). It is a secret, so it is never quoted. Throws an `Error`. */
export function parseBearerToken(text: string): string {
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(text)) {
    throw new Error('is not a bearer token: give letters, digits and - . _ ~ + / alone, as it was issued')
  }
  return text
}
