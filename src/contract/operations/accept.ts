import { parseMediaType, specificity, type MediaType } from '../bodies/media-type.js'

/* `Accept` (RFC 9110 section 12.5.1). */

/** Whether a field allows one of these media types or ranges. What of it is malformed is passed over. */
export function createAcceptTest(mediaTypes: readonly string[]): (field: string) => boolean {
  const offered = mediaTypes.flatMap((text) => parseMediaType(text) ?? [])
  return (field) => {
    const ranges = splitList(field).flatMap((text) => parseRange(text) ?? [])
    return ranges.length === 0 || offered.some((mediaType) => isAllowed(mediaType, ranges))
  }
}

/** A comma inside of quotes separates nothing (RFC 9110 section 5.6.1). */
function splitList(field: string): readonly string[] {
  if (!field.includes('"')) return field.split(',')
  const items: string[] = []
  let [start, isQuoted] = [0, false]
  for (let at = 0; at < field.length; at++) {
    const character = field[at]
    if (character === '"') isQuoted = !isQuoted
    else if (character === '\\' && isQuoted) at++
    else if (character === ',' && !isQuoted) {
      items.push(field.slice(start, at))
      start = at + 1
    }
  }
  return [...items, field.slice(start)]
}

interface AcceptedRange {
  readonly range: MediaType
  readonly weight: number
}

function parseRange(text: string): AcceptedRange | undefined {
  const parsed = parseMediaType(text)
  if (!parsed) return undefined
  const { q = '1', ...parameters } = Object.fromEntries(parsed.parameters)
  return { range: { ...parsed, parameters: new Map(Object.entries(parameters)) }, weight: Number(q) || 0 }
}

/** The closest range decides. Of a media type that is a range itself, something may be allowed wherever the two meet. */
function isAllowed(offered: MediaType, ranges: readonly AcceptedRange[]): boolean {
  let [closest, weight] = [0, 0]
  for (const accepted of ranges) {
    const score = specificity(accepted.range, offered)
    if (score > closest) [closest, weight] = [score, accepted.weight]
    if (accepted.weight > 0 && score === 0 && specificity(offered, accepted.range) > 0) return true
  }
  return weight > 0
}
