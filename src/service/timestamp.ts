/** The last second that RFC 3339 can write. */
const lastSecond = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

/** Seconds since the epoch -> RFC 3339, in UTC. What lies outside of what RFC 3339 can say becomes its end. */
export function toTimestamp(seconds: number): string {
  return new Date(Math.min(Math.max(seconds, 0), lastSecond) * 1000).toISOString()
}
