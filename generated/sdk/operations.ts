// Generated from the OpenAPI document by `npm run generate`. Do not edit.

import type * as types from '../client/types.gen.js'
import { scopes } from '../scopes.js'

export const names = { packageName: '@gatehouse/inventory-client', environmentPrefix: 'INVENTORY', version: '0.1.0' } as const

/** Security schemes that an access token satisfies. */
export const tokenSchemes: readonly string[] = ['clientCredentials']

/** What a call must know of its operation beside the types. */
export const operations = {
  adjustStock: { security: scopes['adjustStock'], idempotencyKey: 'Idempotency-Key' },
  confirmReservation: { security: scopes['confirmReservation'] },
  createItem: { security: scopes['createItem'] },
  createReservation: { security: scopes['createReservation'], idempotencyKey: 'Idempotency-Key' },
  deleteItem: { security: scopes['deleteItem'] },
  exportItems: { security: scopes['exportItems'], givesLines: true },
  getCaller: { security: scopes['getCaller'] },
  getItem: { security: scopes['getItem'] },
  getReservation: { security: scopes['getReservation'] },
  getStatus: { security: scopes['getStatus'] },
  importItems: { security: scopes['importItems'], takesLines: true },
  listAdjustments: { security: scopes['listAdjustments'], pages: { cursor: 'cursor', items: 'items', nextCursor: 'nextCursor' } },
  listItems: { security: scopes['listItems'], pages: { cursor: 'cursor', items: 'items', nextCursor: 'nextCursor' } },
  listReservations: { security: scopes['listReservations'], pages: { cursor: 'cursor', items: 'items', nextCursor: 'nextCursor' } },
  registerClient: { security: scopes['registerClient'] },
  releaseReservation: { security: scopes['releaseReservation'] },
  updateItem: { security: scopes['updateItem'] },
} as const

/** What operations take. */
export interface OperationInputs {
  /** Adjust the stock of an item */
  readonly adjustStock: types.AdjustStockData
  /** Confirm a reservation */
  readonly confirmReservation: types.ConfirmReservationData
  /** Create an item */
  readonly createItem: types.CreateItemData
  /** Reserve stock */
  readonly createReservation: types.CreateReservationData
  /** Delete an item */
  readonly deleteItem: types.DeleteItemData
  /** Export all items */
  readonly exportItems: types.ExportItemsData
  /** Tell the caller who it is */
  readonly getCaller: types.GetCallerData
  /** Get an item */
  readonly getItem: types.GetItemData
  /** Get a reservation */
  readonly getReservation: types.GetReservationData
  /** Tell that the service is there */
  readonly getStatus: types.GetStatusData
  /** Import items */
  readonly importItems: types.ImportItemsData
  /** List the adjustments of an item */
  readonly listAdjustments: types.ListAdjustmentsData
  /** List items */
  readonly listItems: types.ListItemsData
  /** List the caller's reservations */
  readonly listReservations: types.ListReservationsData
  /** Register a client */
  readonly registerClient: types.RegisterClientData
  /** Release a reservation */
  readonly releaseReservation: types.ReleaseReservationData
  /** Change an item */
  readonly updateItem: types.UpdateItemData
}

/** Bodies of replies, by status. */
export interface OperationOutputs {
  readonly adjustStock: types.AdjustStockResponses
  readonly confirmReservation: types.ConfirmReservationResponses
  readonly createItem: types.CreateItemResponses
  readonly createReservation: types.CreateReservationResponses
  readonly deleteItem: types.DeleteItemResponses
  readonly exportItems: types.ExportItemsResponses
  readonly getCaller: types.GetCallerResponses
  readonly getItem: types.GetItemResponses
  readonly getReservation: types.GetReservationResponses
  readonly getStatus: types.GetStatusResponses
  readonly importItems: types.ImportItemsResponses
  readonly listAdjustments: types.ListAdjustmentsResponses
  readonly listItems: types.ListItemsResponses
  readonly listReservations: types.ListReservationsResponses
  readonly registerClient: types.RegisterClientResponses
  readonly releaseReservation: types.ReleaseReservationResponses
  readonly updateItem: types.UpdateItemResponses
}

/** Bodies of replies that are errors, by status. */
export interface OperationErrors {
  readonly adjustStock: types.AdjustStockErrors
  readonly confirmReservation: types.ConfirmReservationErrors
  readonly createItem: types.CreateItemErrors
  readonly createReservation: types.CreateReservationErrors
  readonly deleteItem: types.DeleteItemErrors
  readonly exportItems: types.ExportItemsErrors
  readonly getCaller: types.GetCallerErrors
  readonly getItem: types.GetItemErrors
  readonly getReservation: types.GetReservationErrors
  readonly getStatus: types.GetStatusErrors
  readonly importItems: types.ImportItemsErrors
  readonly listAdjustments: types.ListAdjustmentsErrors
  readonly listItems: types.ListItemsErrors
  readonly listReservations: types.ListReservationsErrors
  readonly registerClient: types.RegisterClientErrors
  readonly releaseReservation: types.ReleaseReservationErrors
  readonly updateItem: types.UpdateItemErrors
}
