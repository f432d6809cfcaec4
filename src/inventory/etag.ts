import { createHash } from 'node:crypto'

/*
 * Entity tags (RFC 9110 section 8.8.3). They are digests of the representation: whatever changes in it, by a write or by
 * a reservation that lapses, changes the tag, as a strong validator must, with no version to keep.
 */

/** The strong entity tag of a JSON representation whose members come in one order. */
export function toEntityTag(representation: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(representation)).digest('base64url')}"`
}

/** If-Match (RFC 9110 section 13.1.1): strong comparison, so a weak tag never matches. `*` matches what exists. */
export function matchesStrongly(fieldValue: string, entityTag: string): boolean {
  return fieldValue === '*' || parseEntityTags(fieldValue).some((tag) => tag === entityTag)
}

/** If-None-Match (RFC 9110 section 13.1.2): weak comparison, `W/` does not count. `*` matches what exists. */
export function matchesWeakly(fieldValue: string, entityTag: string): boolean {
  return (
    fieldValue === '*' || parseEntityTags(fieldValue).some((tag) => tag.replace(/^W\//, '') === entityTag)
  )
}

/** A tag may hold commas, so the list is not split at them. */
function parseEntityTags(fieldValue: string): readonly string[] {
  return fieldValue.match(/(?:W\/)?"[\x21\x23-\x7E\x80-\xFF]*"/g) ?? []
}
