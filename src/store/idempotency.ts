import { createHash } from 'node:crypto'
import { and, eq, gt, inArray, lte, sql } from 'drizzle-orm'
import { advisoryLockId } from './advisory-lock.js'
import type { Transaction } from './database.js'
import { idempotencyKeys } from './schema.js'
import { StoreError } from './store-error.js'

/** A request that is to have its effect once. */
export interface IdempotentRequest {
  readonly issuer: string
  readonly clientId: string
  readonly operationId: string
  /** The key that the client chose. It counts for this client and operation alone. */
  readonly key: string
  /** What the request asks for, JSON. Two requests are the same when these are equal, whatever the order of members. */
  readonly content: unknown
}

/** A reply as it is stored: its headers and body must be JSON. */
export interface StorableReply {
  readonly status: number
  readonly headers?: object
  readonly body?: unknown
}

/** How long a key counts, hours. */
const lifetimeHours = 24
/** Expired keys that one request clears away at most, so that no request pays for all. */
const sweepLimit = 20

/**
 * Runs `effect` unless this request had it before; then the reply of that time is returned and nothing is done. Reply and
 * effect are committed together, by the caller's transaction. An effect that throws stores nothing: the same key may try
 * again.
 *
 * @throws {StoreError} `idempotency_key_reused`: the key came with another request; `idempotency_key_in_flight`: a request
 * with this key is being handled
 */
export async function runOnce<R extends StorableReply>(
  tx: Transaction,
  request: IdempotentRequest,
  effect: () => Promise<R>,
): Promise<R> {
  const { issuer, clientId, operationId, key, content } = request
  const scope = [issuer, clientId, operationId, key]
  const id = digest(scope)
  const fingerprint = digest(content)

  // Held until the transaction ends, and a failed attempt waits for nobody. The row is read by a statement of its own: a
  // statement that started before the lock was had would not see what its last holder committed.
  const [lock] = await tx
    .select({ taken: sql<boolean>`pg_try_advisory_xact_lock(${advisoryLockId('idempotency', ...scope)})` })
    .from(sql`(select 1) as one`)
  if (lock?.taken !== true) throw inFlight()

  const [stored] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.id, id), gt(idempotencyKeys.expiresAt, sql`now()`)))
  if (stored !== undefined) {
    if (stored.fingerprint !== fingerprint) {
      throw new StoreError('idempotency_key_reused', 'The idempotency key was used with another request')
    }
    const { status, headers, body } = stored
    // What was stored under this operation is a reply of it.
    return { status, ...(headers !== null && { headers }), ...(body !== null && { body }) } as R
  }

  const reply = await effect()
  const row = {
    fingerprint,
    status: reply.status,
    headers: reply.headers ?? null,
    body: reply.body ?? null,
    expiresAt: sql`now() + make_interval(hours => ${lifetimeHours})`,
  }
  const written = await tx
    .insert(idempotencyKeys)
    .values({ id, ...row })
    .onConflictDoUpdate({
      target: idempotencyKeys.id,
      set: row,
      setWhere: lte(idempotencyKeys.expiresAt, sql`now()`),
    })
    .returning({ id: idempotencyKeys.id })
  // Databases that speak the protocol but have no advisory locks get here: the primary key decides, and the effect of the
  // second request is rolled back.
  if (written.length === 0) throw inFlight()
  await sweep(tx)
  return reply
}

async function sweep(tx: Transaction): Promise<void> {
  const expired = tx
    .select({ id: idempotencyKeys.id })
    .from(idempotencyKeys)
    .where(lte(idempotencyKeys.expiresAt, sql`now()`))
    .limit(sweepLimit)
    .for('update', { skipLocked: true })
  await tx.delete(idempotencyKeys).where(inArray(idempotencyKeys.id, expired))
}

function inFlight(): StoreError {
  return new StoreError('idempotency_key_in_flight', 'A request with this idempotency key is being handled')
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url')
}

/** JSON with the members of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
