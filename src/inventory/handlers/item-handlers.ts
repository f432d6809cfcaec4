import { Problem } from '../../problem/problem.js'
import { transaction } from '../../store/transaction.js'
import { matchesStrongly, matchesWeakly, toEntityTag } from '../etag.js'
import { listItems } from '../item-list.js'
import { createItem, deleteItem, getItem, updateItem, type ItemCheck } from '../items.js'
import type { InventoryParts, OperationHandlers } from './operation-handlers.js'
import { pageSize } from './page-size.js'

type ItemHandlers = Pick<
  OperationHandlers,
  'listItems' | 'createItem' | 'getItem' | 'updateItem' | 'deleteItem'
>

export function createItemHandlers({ db }: InventoryParts): ItemHandlers {
  return {
    async listItems({ query: { limit = pageSize, sort = 'sku', cursor, tag, q } }) {
      return { status: 200, body: await listItems(db, { limit, sort, cursor, tags: tag, search: q }) }
    },

    async createItem({ body }) {
      const item = await createItem(db, body)
      return {
        status: 201,
        headers: { Location: `/v1/items/${encodeURIComponent(item.sku)}`, ETag: toEntityTag(item) },
        body: item,
      }
    },

    async getItem({ params, headers }) {
      const item = await getItem(db, params.sku)
      const entityTag = toEntityTag(item)
      const known = headers['if-none-match']
      if (known !== undefined && matchesWeakly(known, entityTag)) {
        return { status: 304, headers: { ETag: entityTag } }
      }
      return { status: 200, headers: { ETag: entityTag }, body: item }
    },

    async updateItem({ params, headers, body }) {
      const check = isCurrent(headers['if-match'])
      const item = await transaction(db, (tx) => updateItem(tx, params.sku, body, check))
      return { status: 200, headers: { ETag: toEntityTag(item) }, body: item }
    },

    async deleteItem({ params, headers }) {
      const check = isCurrent(headers['if-match'])
      await transaction(db, (tx) => deleteItem(tx, params.sku, check))
      return { status: 204 }
    },
  }
}

/**
 * The condition that a change comes with (RFC 9110 section 13.1.1, RFC 6585 section 3). It is looked at while the item is
 * locked, and behind 404: a condition counts only where the request would succeed without it (RFC 9110 section 13.2.1).
 */
function isCurrent(ifMatch: string | undefined): ItemCheck {
  return (item) => {
    if (ifMatch === undefined) {
      throw new Problem('precondition-required', { detail: 'Send the ETag of the item in If-Match.' })
    }
    if (!matchesStrongly(ifMatch, toEntityTag(item))) {
      throw new Problem('precondition-failed', { detail: 'The item has changed since.' })
    }
  }
}
