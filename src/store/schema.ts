import { index, json, pgSchema, smallint, text, timestamp } from 'drizzle-orm/pg-core'

// Not exported: drizzle-kit would write `CREATE SCHEMA` into the first migration, and the migrator, which keeps its record
// in the same schema, has made it by then.
const gatehouse = pgSchema('gatehouse')

/** Replies to requests that carried an idempotency key. */
export const idempotencyKeys = gatehouse.table(
  'idempotency_keys',
  {
    /** Digest of who sent which key to which operation: these have no length that an index could hold. */
    id: text('id').primaryKey(),
    /** Digest of the request. */
    fingerprint: text('fingerprint').notNull(),
    status: smallint('status').notNull(),
    // `json` keeps the text as it is; `jsonb` would reorder members and refuse U+0000.
    headers: json('headers'),
    body: json('body'),
    expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [index('idempotency_keys_expires_at').on(table.expiresAt)],
)

/** DPoP proofs that were used (RFC 9449 section 11.1), for as long as they could come again. */
export const usedProofs = gatehouse.table(
  'used_proofs',
  {
    /** Digest, of one length. */
    id: text('id').primaryKey(),
    expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [index('used_proofs_expires_at').on(table.expiresAt)],
)
