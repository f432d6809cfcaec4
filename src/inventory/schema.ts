import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  index,
  integer,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

// Not exported: drizzle-kit would write `CREATE SCHEMA` into the first migration, and the migrator has made it by then.
const inventory = pgSchema('inventory')

/** Text that every database sorts alike, by code point, whatever its locale: lists are in one order everywhere. */
const sorted = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) collate "C"`,
})

/** A moment with the precision of JavaScript's dates, so that a moment read is the moment stored. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

export const items = inventory.table(
  'items',
  {
    sku: sorted('sku', { length: 64 }).primaryKey(),
    name: sorted('name', { length: 200 }).notNull(),
    description: text('description'),
    tags: text('tags').array().notNull(),
    onHand: integer('on_hand').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check('items_on_hand', sql`${table.onHand} >= 0`),
    index('items_name').on(table.name, table.sku),
    index('items_updated_at').on(table.updatedAt, table.sku),
    index('items_tags').using('gin', table.tags),
  ],
)

const adjustmentReasons = ['received', 'damaged', 'returned', 'counted', 'other'] as const

export const adjustments = inventory.table(
  'adjustments',
  {
    id: uuid('id').primaryKey(),
    /** Their order: drawn while the item is locked, which moments are too coarse to tell. */
    sequence: bigint('sequence', { mode: 'number' }).generatedAlwaysAsIdentity(),
    sku: sorted('sku', { length: 64 })
      .notNull()
      .references(() => items.sku, { onDelete: 'cascade' }),
    delta: integer('delta').notNull(),
    reason: text('reason', { enum: adjustmentReasons }).notNull(),
    note: text('note'),
    onHand: integer('on_hand').notNull(),
    createdAt: moment('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [index('adjustments_sku').on(table.sku, table.sequence)],
)

const reservationStatuses = ['held', 'confirmed', 'released', 'expired'] as const

export const reservations = inventory.table(
  'reservations',
  {
    id: uuid('id').primaryKey(),
    issuer: text('issuer').notNull(),
    clientId: text('client_id').notNull(),
    /** `held` also after it has lapsed, until the next change to the stock of one of its items. */
    status: text('status', { enum: reservationStatuses }).notNull(),
    reference: text('reference'),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  // Without the issuer, which could make an entry longer than an index takes: few issuers name a client alike.
  (table) => [index('reservations_client').on(table.clientId, table.createdAt, table.id)],
)

export const reservationLines = inventory.table(
  'reservation_lines',
  {
    reservationId: uuid('reservation_id')
      .notNull()
      .references(() => reservations.id, { onDelete: 'cascade' }),
    /** Place in the list that the client sent. */
    position: smallint('position').notNull(),
    /** Names no row: a closed reservation outlives the item. */
    sku: sorted('sku', { length: 64 }).notNull(),
    quantity: integer('quantity').notNull(),
    /**
     * Until when these pieces are promised; null once the reservation is closed. With it the pieces reserved of an item
     * are a sum over the few open lines alone, and come back at that moment with nothing running.
     */
    heldUntil: moment('held_until'),
  },
  (table) => [
    primaryKey({ columns: [table.reservationId, table.position] }),
    check('reservation_lines_quantity', sql`${table.quantity} > 0`),
    index('reservation_lines_held')
      .on(table.sku, table.heldUntil)
      .where(sql`${table.heldUntil} is not null`),
  ],
)
