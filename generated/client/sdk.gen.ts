// @ts-nocheck
// Generated from the OpenAPI document by `npm run generate`. Do not edit.

import { client } from './client.gen.js';
import type { Client, Options as Options2, TDataShape } from './client/index.js';
import type { AdjustStockData, AdjustStockErrors, AdjustStockResponses, ConfirmReservationData, ConfirmReservationErrors, ConfirmReservationResponses, CreateItemData, CreateItemErrors, CreateItemResponses, CreateReservationData, CreateReservationErrors, CreateReservationResponses, DeleteItemData, DeleteItemErrors, DeleteItemResponses, ExportItemsData, ExportItemsErrors, ExportItemsResponses, GetCallerData, GetCallerErrors, GetCallerResponses, GetItemData, GetItemErrors, GetItemResponses, GetReservationData, GetReservationErrors, GetReservationResponses, GetStatusData, GetStatusErrors, GetStatusResponses, ImportItemsData, ImportItemsErrors, ImportItemsResponses, ListAdjustmentsData, ListAdjustmentsErrors, ListAdjustmentsResponses, ListItemsData, ListItemsErrors, ListItemsResponses, ListReservationsData, ListReservationsErrors, ListReservationsResponses, RegisterClientData, RegisterClientErrors, RegisterClientResponses, ReleaseReservationData, ReleaseReservationErrors, ReleaseReservationResponses, UpdateItemData, UpdateItemErrors, UpdateItemResponses } from './types.gen.js';

export type Options<TData extends TDataShape = TDataShape, ThrowOnError extends boolean = boolean, TResponse = unknown> = Options2<TData, ThrowOnError, TResponse> & {
    /**
     * You can provide a client instance returned by `createClient()` instead of
     * individual options. This might be also useful if you want to implement a
     * custom client.
     */
    client?: Client;
    /**
     * You can pass arbitrary values through the `meta` object. This can be
     * used to access values that aren't defined as part of the SDK function.
     */
    meta?: Record<string, unknown>;
};

/**
 * Tell that the service is there
 *
 * Needs no access token. For people and for clients that want to know which contract they talk to; probes have their own addresses.
 */
export const getStatus = <ThrowOnError extends boolean = false>(options?: Options<GetStatusData, ThrowOnError>) => (options?.client ?? client).get<GetStatusResponses, GetStatusErrors, ThrowOnError>({ url: '/v1/status', ...options });

/**
 * Tell the caller who it is
 *
 * Answers with what the service learned from the access token. Any valid token will do, whatever its scopes, so this is
 * the call to begin with when another one is refused.
 */
export const getCaller = <ThrowOnError extends boolean = false>(options?: Options<GetCallerData, ThrowOnError>) => (options?.client ?? client).get<GetCallerResponses, GetCallerErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/whoami',
    ...options
});

/**
 * List items
 *
 * Answers with a page of the items that all given filters let through, in the order asked for.
 */
export const listItems = <ThrowOnError extends boolean = false>(options?: Options<ListItemsData, ThrowOnError>) => (options?.client ?? client).get<ListItemsResponses, ListItemsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items',
    ...options
});

/**
 * Create an item
 *
 * Creates an item with no stock. Stock comes with the first adjustment.
 */
export const createItem = <ThrowOnError extends boolean = false>(options: Options<CreateItemData, ThrowOnError>) => (options.client ?? client).post<CreateItemResponses, CreateItemErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Delete an item
 *
 * Deletes an item together with its stock and its history. Not while held reservations need it. The version to delete
 * goes into `If-Match`: without it the answer is 428, when the item has changed since 412.
 */
export const deleteItem = <ThrowOnError extends boolean = false>(options: Options<DeleteItemData, ThrowOnError>) => (options.client ?? client).delete<DeleteItemResponses, DeleteItemErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items/{sku}',
    ...options
});

/**
 * Get an item
 *
 * Answers with one item and its stock. With `If-None-Match`, only when it has changed.
 */
export const getItem = <ThrowOnError extends boolean = false>(options: Options<GetItemData, ThrowOnError>) => (options.client ?? client).get<GetItemResponses, GetItemErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items/{sku}',
    ...options
});

/**
 * Change an item
 *
 * Changes the members that the merge patch names and leaves the others. The version to change goes into `If-Match`:
 * without it the answer is 428, when the item has changed since 412.
 */
export const updateItem = <ThrowOnError extends boolean = false>(options: Options<UpdateItemData, ThrowOnError>) => (options.client ?? client).patch<UpdateItemResponses, UpdateItemErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items/{sku}',
    ...options,
    headers: {
        'Content-Type': 'application/merge-patch+json',
        ...options.headers
    }
});

/**
 * List the adjustments of an item
 *
 * Answers with a page of the changes to the item's stock, newest first.
 */
export const listAdjustments = <ThrowOnError extends boolean = false>(options: Options<ListAdjustmentsData, ThrowOnError>) => (options.client ?? client).get<ListAdjustmentsResponses, ListAdjustmentsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items/{sku}/adjustments',
    ...options
});

/**
 * Adjust the stock of an item
 *
 * Adds to the pieces on hand, or takes away. Refused with 409 when the quantity on hand would fall below what is
 * reserved, or would grow past 2,147,483,647.
 */
export const adjustStock = <ThrowOnError extends boolean = false>(options: Options<AdjustStockData, ThrowOnError>) => (options.client ?? client).post<AdjustStockResponses, AdjustStockErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/items/{sku}/adjustments',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Import items
 *
 * Creates or replaces many items and sets their stock, one JSON object per line. Either all lines are taken or none: a
 * line that does not fit is answered with 400, a SKU on two lines with 422, and a quantity below what is reserved
 * with 409. Asks for both scopes, since it writes items and stock.
 */
export const importItems = <ThrowOnError extends boolean = false>(options: Options<ImportItemsData, ThrowOnError>) => (options.client ?? client).post<ImportItemsResponses, ImportItemsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/item-imports',
    ...options,
    headers: {
        'Content-Type': 'application/x-ndjson',
        ...options.headers
    }
});

/**
 * Export all items
 *
 * Answers with every item in order of SKU, one JSON object per line, each as it is when its line is written.
 */
export const exportItems = <ThrowOnError extends boolean = false>(options?: Options<ExportItemsData, ThrowOnError>) => (options?.client ?? client).get<ExportItemsResponses, ExportItemsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/item-exports',
    ...options
});

/**
 * List the caller's reservations
 *
 * Answers with a page of the reservations that the calling client made, newest first. Those of other clients are never shown.
 */
export const listReservations = <ThrowOnError extends boolean = false>(options?: Options<ListReservationsData, ThrowOnError>) => (options?.client ?? client).get<ListReservationsResponses, ListReservationsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/reservations',
    ...options
});

/**
 * Reserve stock
 *
 * Promises pieces of one or more items to the calling client, all lines or none. The reservation is held until it is
 * confirmed, released, or `expiresInSeconds` have passed. It belongs to the client that made it: for any other client
 * it does not exist.
 */
export const createReservation = <ThrowOnError extends boolean = false>(options: Options<CreateReservationData, ThrowOnError>) => (options.client ?? client).post<CreateReservationResponses, CreateReservationErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/reservations',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Get a reservation
 *
 * Answers with one of the calling client's reservations; another client's is answered with 404. Either of the two scopes
 * is enough, so that a client which may only reserve can follow what it reserved.
 */
export const getReservation = <ThrowOnError extends boolean = false>(options: Options<GetReservationData, ThrowOnError>) => (options.client ?? client).get<GetReservationResponses, GetReservationErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/reservations/{reservationId}',
    ...options
});

/**
 * Confirm a reservation
 *
 * Takes the reserved pieces out of stock: `onHand` and `reserved` of each item fall by the reserved quantity. Confirming
 * a confirmed reservation again changes nothing and gives the same answer; a released or expired one is answered with
 * 409, another client's with 404.
 */
export const confirmReservation = <ThrowOnError extends boolean = false>(options: Options<ConfirmReservationData, ThrowOnError>) => (options.client ?? client).post<ConfirmReservationResponses, ConfirmReservationErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/reservations/{reservationId}/confirm',
    ...options
});

/**
 * Release a reservation
 *
 * Gives the reserved pieces back, for anybody to reserve. Releasing a released reservation again changes nothing and gives
 * the same answer; a confirmed or expired one is answered with 409, another client's with 404.
 */
export const releaseReservation = <ThrowOnError extends boolean = false>(options: Options<ReleaseReservationData, ThrowOnError>) => (options.client ?? client).post<ReleaseReservationResponses, ReleaseReservationErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/reservations/{reservationId}/release',
    ...options
});

/**
 * Register a client
 *
 * Registers a further calling service at the authorization server (RFC 7591) and answers with its credentials, which are
 * shown only this once. The new client gets no scope that the caller does not hold itself, and never
 * `clients:register`.
 */
export const registerClient = <ThrowOnError extends boolean = false>(options: Options<RegisterClientData, ThrowOnError>) => (options.client ?? client).post<RegisterClientResponses, RegisterClientErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/clients',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});
