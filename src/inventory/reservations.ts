import { and, asc, desc, eq, sql, type SQL } from 'drizzle-orm'
import type { components } from '../../generated/server.js'
import type { ForReply } from '../contract/handler.js'
import { Problem } from '../problem/problem.js'
import type { Database, Transaction } from '../store/database.js'
import { decodeCursor, encodeCursor, momentPart, uuidPart } from './cursor.js'
import { inventoryProblems } from './problems.js'
import { items, reservationLines, reservations } from './schema.js'
import { lockStock } from './stock.js'

export type Reservation = ForReply<components['schemas']['Reservation']>
export type ReservationLine = components['schemas']['ReservationLine']
export type ReservationStatus = components['schemas']['ReservationStatus']

/** Whose a reservation is: the client, which only its issuer knows by this name. */
export interface Owner {
  readonly issuer: string
  readonly clientId: string
}

export interface ReservationRequest {
  readonly id: string
  /** Each SKU once. */
  readonly lines: readonly ReservationLine[]
  readonly reference?: string | undefined
  readonly expiresInSeconds: number
}

/**
 * Reserves all lines or none.
 *
 * @throws {Problem} `duplicate-sku`; `unknown-sku`; `insufficient-stock`, with every line that there is too little for
 */
export async function createReservation(
  tx: Transaction,
  { issuer, clientId }: Owner,
  { id, lines, reference, expiresInSeconds }: ReservationRequest,
): Promise<Reservation> {
  const skus = lines.map(({ sku }) => sku)
  refuse(
    'duplicate-sku',
    skus.filter((sku, index) => skus.indexOf(sku) !== index),
  )
  const { at, stock } = await lockStock(tx, skus)
  refuse(
    'unknown-sku',
    skus.filter((sku) => !stock.has(sku)),
  )

  const shortfalls = lines.flatMap(({ sku, quantity }) => {
    const found = stock.get(sku)
    const available = found === undefined ? 0 : found.row.onHand - found.reserved
    return quantity > available ? [{ sku, requested: quantity, available }] : []
  })
  if (shortfalls.length > 0) {
    throw new Problem(inventoryProblems['insufficient-stock'], {
      detail: `${shortfalls.length} of ${lines.length} lines ask for more than is available.`,
      extensions: { shortfalls },
    })
  }

  const expiresAt = new Date(at.getTime() + expiresInSeconds * 1000)
  const row: ReservationRow = {
    id,
    status: 'held',
    reference: reference ?? null,
    createdAt: at,
    expiresAt,
  }
  await tx.insert(reservations).values({ ...row, issuer, clientId })
  await tx.insert(reservationLines).values(
    lines.map(({ sku, quantity }, position) => ({
      reservationId: id,
      position,
      sku,
      quantity,
      heldUntil: expiresAt,
    })),
  )
  return toReservation(row, lines)
}

/** @throws {Problem} `not-found`, also for another client's */
export async function getReservation(db: Database, owner: Owner, id: string): Promise<Reservation> {
  const [row] = await selectReservations(db).where(and(eq(reservations.id, id), isOf(owner)))
  if (row === undefined) throw noSuchReservation()
  return toReservation(row, await linesOf(db, row.id))
}

/**
 * The owner's reservations, newest first.
 *
 * @throws {Problem} `invalid-request` for a cursor that this list did not give
 */
export async function listReservations(
  db: Database,
  owner: Owner,
  query: {
    readonly limit: number
    readonly cursor?: string | undefined
    readonly status?: ReservationStatus | undefined
  },
): Promise<ForReply<components['schemas']['ReservationPage']>> {
  const { limit, cursor, status } = query
  const list = 'reservations'
  const conditions: SQL[] = [isOf(owner)]
  if (cursor !== undefined) {
    const [createdAt, id] = decodeCursor<[Date, string]>(list, cursor, [momentPart, uuidPart])
    conditions.push(
      sql`(${reservations.createdAt}, ${reservations.id}) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`,
    )
  }
  if (status !== undefined) conditions.push(sql`${statusNow} = ${status}`)
  const found = await selectReservations(db)
    .where(and(...conditions))
    .orderBy(desc(reservations.createdAt), desc(reservations.id))
    .limit(limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const lines = await linesByReservation(
    db,
    page.map(({ id }) => id),
  )
  return {
    items: page.map((row) => toReservation(row, lines.get(row.id))),
    ...(last !== undefined &&
      found.length > limit && { nextCursor: encodeCursor(list, [last.createdAt.getTime(), last.id]) }),
  }
}

/**
 * Confirms a reservation, and its pieces leave the stock, or releases it, and they are available again. Does nothing when
 * that has happened already.
 *
 * @throws {Problem} `not-found`, also for another client's; `reservation-closed` in another final state
 */
export async function closeReservation(
  tx: Transaction,
  owner: Owner,
  id: string,
  outcome: 'confirmed' | 'released',
): Promise<Reservation> {
  const lines = await linesOf(tx, id)
  const { at } = await lockStock(
    tx,
    lines.map(({ sku }) => sku),
  )
  // Its items are locked, and nobody closes a reservation without: this is how it stays. If it has lapsed, it says so.
  const [row] = await tx
    .select()
    .from(reservations)
    .where(and(eq(reservations.id, id), isOf(owner)))
  if (row === undefined) throw noSuchReservation()
  if (row.status === outcome) return toReservation(row, lines)
  if (row.status !== 'held') {
    throw new Problem(inventoryProblems['reservation-closed'], {
      detail: `The reservation ${closing[row.status]} already.`,
    })
  }
  if (outcome === 'confirmed') {
    await tx
      .update(items)
      .set({ onHand: sql`${items.onHand} - ${reservationLines.quantity}`, updatedAt: at })
      .from(reservationLines)
      .where(and(eq(reservationLines.reservationId, id), eq(reservationLines.sku, items.sku)))
  }
  await tx.update(reservationLines).set({ heldUntil: null }).where(eq(reservationLines.reservationId, id))
  await tx.update(reservations).set({ status: outcome }).where(eq(reservations.id, id))
  return toReservation({ ...row, status: outcome }, lines)
}

const closing = { confirmed: 'was confirmed', released: 'was released', expired: 'has expired' } as const

type ReservationRow = Pick<
  typeof reservations.$inferSelect,
  'id' | 'status' | 'reference' | 'createdAt' | 'expiresAt'
>

/** Nothing runs when a reservation lapses, so its state is a matter of the moment that it is read in. */
const statusNow = sql<ReservationStatus>`case when ${reservations.status} = 'held' and ${reservations.expiresAt} <= now() then 'expired' else ${reservations.status} end`

function selectReservations(db: Database) {
  const { id, reference, createdAt, expiresAt } = reservations
  return db.select({ id, status: statusNow, reference, createdAt, expiresAt }).from(reservations).$dynamic()
}

/** Lines never change, so they need not be read together with the reservation. */
async function linesOf(db: Database, id: string): Promise<readonly ReservationLine[]> {
  return [...(await linesByReservation(db, [id])).values()].flat()
}

async function linesByReservation(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ReservationLine[]>> {
  const { reservationId, sku, quantity, position } = reservationLines
  const rows = await db
    .select({ reservationId, sku, quantity })
    .from(reservationLines)
    .where(sql`${reservationId} = any(${sql.param(ids)})`)
    .orderBy(asc(reservationId), asc(position))
  const lines = new Map<string, ReservationLine[]>()
  for (const row of rows) {
    const line = { sku: row.sku, quantity: row.quantity }
    const others = lines.get(row.reservationId)
    if (others === undefined) lines.set(row.reservationId, [line])
    else others.push(line)
  }
  return lines
}

function isOf({ issuer, clientId }: Owner): SQL {
  return sql`(${reservations.issuer} = ${issuer} and ${reservations.clientId} = ${clientId})`
}

function toReservation(row: ReservationRow, lines: readonly ReservationLine[] = []): Reservation {
  return {
    id: row.id,
    status: row.status,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
    ...(row.reference !== null && { reference: row.reference }),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }
}

function refuse(problem: 'duplicate-sku' | 'unknown-sku', skus: readonly string[]): void {
  if (skus.length === 0) return
  const named = [...new Set(skus)]
  throw new Problem(inventoryProblems[problem], {
    detail: `${problem === 'unknown-sku' ? 'There is no item' : 'More than one line names'} ${named.join(', ')}.`,
    extensions: { skus: named },
  })
}

function noSuchReservation(): Problem {
  return new Problem('not-found', { detail: 'There is no such reservation.' })
}
