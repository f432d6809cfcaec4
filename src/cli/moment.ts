/** A NumericDate (RFC 7519 section 2) as people read it. */
export interface Moment {
  /** ISO 8601, UTC. */
  readonly at: string
  /** Seconds from now; negative: ago. */
  readonly seconds: number
  /** E.g. `in 59 minutes`. */
  readonly distance: string
}

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
] as const

/** `undefined` for what is no date that can be written. */
export function toMoment(value: unknown, nowMs: number): Moment | undefined {
  if (typeof value !== 'number' || !(Math.abs(value) <= 8.64e12)) return undefined
  const seconds = Math.round(value - nowMs / 1000)
  const span = toSpan(Math.abs(seconds))
  return {
    at: new Date(value * 1000).toISOString(),
    seconds,
    distance: seconds < 0 ? `${span} ago` : `in ${span}`,
  }
}

/** Seconds -> `90 seconds`, `59 minutes`: whole units, the largest of which there are two. */
export function toSpan(seconds: number): string {
  const unit = units.find((candidate) => seconds >= 2 * candidate.seconds) ?? { name: 'second', seconds: 1 }
  const count = Math.floor(seconds / unit.seconds)
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`
}
