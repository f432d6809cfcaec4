import { and, inArray, lte, ne, sql } from 'drizzle-orm'
import type { Database } from './database.js'
import { usedProofs } from './schema.js'

/** Remembers what may be used only once, for every instance that has this database. */
export interface ReplayGuard {
  /** Whether `id` is claimed for the first time in the last `lifetimeSeconds`. Rejects where the database does not answer. */
  readonly claim: (id: string, lifetimeSeconds: number) => Promise<boolean>
}

/** Expired ids that one claim clears away at most: more than it adds, so that none pile up, and no claim pays for all. */
const sweepLimit = 4

/**
 * A guard over the table of the store. The primary key decides which of several claims at once is the first; lifetimes are
 * counted by the clock of the database alone.
 */
export function createReplayGuard(db: Database): ReplayGuard {
  return {
    async claim(id, lifetimeSeconds) {
      const expired = db
        .select({ id: usedProofs.id })
        .from(usedProofs)
        .where(and(lte(usedProofs.expiresAt, sql`now()`), ne(usedProofs.id, id)))
        .limit(sweepLimit)
        .for('update', { skipLocked: true })
      // One statement for both, since a request waits for it.
      const swept = db
        .$with('swept')
        .as(db.delete(usedProofs).where(inArray(usedProofs.id, expired)).returning({ id: usedProofs.id }))
      const expiresAt = sql`now() + make_interval(secs => ${lifetimeSeconds})`
      const claimed = await db
        .with(swept)
        .insert(usedProofs)
        .values({ id, expiresAt })
        .onConflictDoUpdate({
          target: usedProofs.id,
          set: { expiresAt },
          setWhere: lte(usedProofs.expiresAt, sql`now()`),
        })
        .returning({ id: usedProofs.id })
      return claimed.length > 0
    },
  }
}
