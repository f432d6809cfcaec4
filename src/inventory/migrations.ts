import type { Migrations } from '../store/migrate.js'

/** The domain's own PostgreSQL schema, so that its tables go with it. */
export const inventoryMigrations: Migrations = {
  name: 'inventory',
  folder: new URL('migrations/', import.meta.url),
}
