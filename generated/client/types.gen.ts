// @ts-nocheck
// Generated from the OpenAPI document by `npm run generate`. Do not edit.

export type ClientOptions = {
    baseUrl: 'http://127.0.0.1:3000' | (string & {});
};

/**
 * One way in which the request does not fit this document.
 */
export type Violation = {
    /**
     * The part of the request.
     */
    in: 'path' | 'query' | 'header' | 'cookie' | 'body';
    /**
     * JSON Pointer (RFC 6901) to the value within that part.
     */
    pointer: string;
    /**
     * The schema keyword that refused the value.
     */
    keyword: string;
    /**
     * The same for people.
     */
    detail: string;
};

/**
 * Problem details (RFC 9457). Some types have members of their own beside these.
 */
export type Problem = {
    /**
     * Names the kind of problem. The only member to decide by.
     */
    type: string;
    /**
     * The kind of problem, for people.
     */
    title: string;
    /**
     * The HTTP status of this reply.
     */
    status: number;
    /**
     * This occurrence of the problem, for people.
     */
    detail?: string;
    /**
     * Names this occurrence.
     */
    instance?: string;
    /**
     * Names the request in the service's log. Quote it when asking for help.
     */
    requestId?: string;
    /**
     * Every way in which the request does not fit this document, as far as counted.
     */
    errors?: Array<Violation>;
    [key: string]: unknown;
};

/**
 * That the service answers, and with which contract.
 */
export type Status = {
    /**
     * Always `ok`; a service that is not does not answer this.
     */
    status: 'ok';
    /**
     * Title of the document the service was built from.
     */
    name: string;
    /**
     * Version of that document.
     */
    version: string;
};

/**
 * Names a client at its authorization server.
 */
export type ClientId = string;

/**
 * A moment, RFC 3339, in UTC.
 */
export type Timestamp = string;

/**
 * What the service learned from the access token.
 */
export type Caller = {
    /**
     * The authorization server that issued the token.
     */
    issuer: string;
    /**
     * The client the token was issued to.
     */
    clientId: ClientId;
    /**
     * Whom the token speaks for, where it says so.
     */
    subject?: string;
    /**
     * The scopes the token grants here.
     */
    scopes: Array<string>;
    /**
     * When the token expires.
     */
    expiresAt: Timestamp;
};

/**
 * An opaque position in a list, as `nextCursor` gave it.
 */
export type Cursor = string;

/**
 * A label in lower case, to group items by.
 */
export type Tag = string;

/**
 * Text without NUL and without lone surrogates, neither of which a database can keep.
 */
export type Text = string;

/**
 * Stock keeping unit. Names an item for its whole life; upper-case letters, digits, dot, underscore and hyphen.
 */
export type Sku = string;

/**
 * What people call the item; a single line.
 */
export type ItemName = string;

/**
 * Anything else worth knowing about the item.
 */
export type ItemDescription = Text;

/**
 * Labels to group items by, each at most once.
 */
export type Tags = Array<Tag>;

/**
 * A number of pieces.
 */
export type Quantity = number;

/**
 * Something kept in stock, and how much of it there is.
 */
export type Item = {
    sku: Sku;
    name: ItemName;
    description?: ItemDescription;
    tags: Tags;
    /**
     * Pieces on the shelf, promised or not.
     */
    onHand: Quantity;
    /**
     * Pieces on the shelf that held reservations have promised.
     */
    reserved: Quantity;
    /**
     * Pieces that can still be reserved, `onHand` less `reserved`.
     */
    available: Quantity;
    /**
     * When the item was created.
     */
    createdAt: Timestamp;
    /**
     * When the item or its stock last changed.
     */
    updatedAt: Timestamp;
};

/**
 * One page of items.
 */
export type ItemPage = {
    /**
     * The items of this page, in the order asked for.
     */
    items: Array<Item>;
    /**
     * Send this as `cursor` for the next page. Absent on the last page.
     */
    nextCursor?: Cursor;
};

/**
 * A new item. Its stock starts at zero and is changed by adjustments.
 */
export type ItemCreate = {
    sku: Sku;
    name: ItemName;
    description?: ItemDescription;
    /**
     * Labels to group items by, each at most once.
     */
    tags?: Tags;
};

/**
 * A JSON merge patch (RFC 7396): members that are present replace the item's, `null` removes, absent members stay.
 * The SKU and the stock cannot be changed this way.
 */
export type ItemPatch = {
    name?: ItemName;
    /**
     * Replaces the description; `null` removes it.
     */
    description?: string | null;
    /**
     * Replaces all labels; `null` removes them.
     */
    tags?: Array<Tag> | null;
};

/**
 * A change to the quantity on hand of one item.
 */
export type Adjustment = {
    /**
     * Names the adjustment.
     */
    readonly id: string;
    /**
     * The item whose stock changed.
     */
    readonly sku: Sku;
    /**
     * Pieces added, or taken away when negative. Never zero.
     */
    delta: number;
    /**
     * Why the quantity changed.
     */
    reason: 'received' | 'damaged' | 'returned' | 'counted' | 'other';
    /**
     * A remark for whoever reads the history.
     */
    note?: Text;
    /**
     * Pieces on the shelf after this adjustment.
     */
    readonly onHand: Quantity;
    /**
     * When the adjustment was made.
     */
    readonly createdAt: Timestamp;
    /**
     * The client that made the adjustment.
     */
    readonly createdBy?: ClientId;
};

/**
 * One page of adjustments.
 */
export type AdjustmentPage = {
    /**
     * The adjustments of this page, newest first.
     */
    items: Array<Adjustment>;
    /**
     * Send this as `cursor` for the next page. Absent on the last page.
     */
    nextCursor?: Cursor;
};

/**
 * One line of an import. An item with this SKU is replaced, otherwise it is created.
 */
export type ItemImport = {
    sku: Sku;
    name: ItemName;
    description?: ItemDescription;
    /**
     * Labels to group items by, each at most once.
     */
    tags?: Tags;
    /**
     * Pieces on the shelf from now on, promised or not. Not less than what is reserved.
     */
    onHand: Quantity;
};

/**
 * What an import did.
 */
export type ItemImportSummary = {
    /**
     * Items that did not exist before.
     */
    created: Quantity;
    /**
     * Items that were replaced.
     */
    updated: Quantity;
};

/**
 * The problem details of a request whose lines name SKUs that cannot be taken. Nothing was changed.
 */
export type SkuProblem = {
    /**
     * Names the kind of problem.
     */
    type: 'urn:problem-type:inventory:unknown-sku' | 'urn:problem-type:inventory:duplicate-sku';
    /**
     * The kind of problem, for people.
     */
    title: string;
    /**
     * The HTTP status of this reply.
     */
    status: number;
    /**
     * This occurrence of the problem, for people.
     */
    detail?: string;
    /**
     * Names this occurrence.
     */
    instance?: string;
    /**
     * Names the request in the service's log. Quote it when asking for help.
     */
    requestId?: string;
    /**
     * The SKUs that no item has, or that more than one line names; the first hundred of them.
     */
    skus: Array<Sku>;
    [key: string]: unknown;
};

/**
 * `held`: the pieces are promised until `expiresAt`. `confirmed`: they have left the stock. `released`: the client gave
 * them back. `expired`: nobody confirmed in time, and they are available again.
 */
export type ReservationStatus = 'held' | 'confirmed' | 'released' | 'expired';

/**
 * So many pieces of one item.
 */
export type ReservationLine = {
    sku: Sku;
    /**
     * Pieces to reserve.
     */
    quantity: number;
};

/**
 * Pieces of one or more items promised to one client.
 */
export type Reservation = {
    /**
     * Names the reservation.
     */
    readonly id: string;
    readonly status: ReservationStatus;
    /**
     * What is reserved, each SKU at most once.
     */
    lines: Array<ReservationLine>;
    /**
     * The client's own name for it, such as an order number. Need not be unique.
     */
    reference?: Text;
    /**
     * When the reservation was made.
     */
    readonly createdAt: Timestamp;
    /**
     * When a held reservation lapses.
     */
    readonly expiresAt: Timestamp;
};

/**
 * One page of reservations.
 */
export type ReservationPage = {
    /**
     * The reservations of this page, newest first.
     */
    items: Array<Reservation>;
    /**
     * Send this as `cursor` for the next page. Absent on the last page.
     */
    nextCursor?: Cursor;
};

/**
 * An item of which there is less than asked for.
 */
export type Shortfall = {
    sku: Sku;
    /**
     * Pieces asked for.
     */
    requested: Quantity;
    /**
     * Pieces that could have been reserved.
     */
    available: Quantity;
};

/**
 * The problem details of a reservation for which there is too little stock. Nothing was reserved.
 */
export type InsufficientStockProblem = {
    /**
     * Names the kind of problem.
     */
    type: 'urn:problem-type:inventory:insufficient-stock';
    /**
     * The kind of problem, for people.
     */
    title: string;
    /**
     * The HTTP status of this reply.
     */
    status: number;
    /**
     * This occurrence of the problem, for people.
     */
    detail?: string;
    /**
     * Names this occurrence.
     */
    instance?: string;
    /**
     * Names the request in the service's log. Quote it when asking for help.
     */
    requestId?: string;
    /**
     * Each item of which there is less than asked for.
     */
    shortfalls: Array<Shortfall>;
    [key: string]: unknown;
};

/**
 * A scope that can be passed on to another client.
 */
export type GrantableScope = 'items:read' | 'items:write' | 'stock:write' | 'reservations:read' | 'reservations:write';

/**
 * A client to register.
 */
export type ClientRegistration = {
    /**
     * What people call the calling service; a single line.
     */
    clientName: string;
    /**
     * The scopes the client may ask for, none beyond the caller's own. Left out or empty is answered with 422: at some
     * authorization servers a client registered without scopes may ask for any.
     */
    scopes?: Array<GrantableScope>;
    /**
     * How the client will authenticate at the token endpoint.
     */
    tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post';
};

/**
 * A registered client with its credentials.
 */
export type RegisteredClient = {
    /**
     * Names the client at the authorization server.
     */
    clientId: ClientId;
    /**
     * Shown this once and kept nowhere by this service.
     */
    clientSecret: string;
    /**
     * What people call the calling service.
     */
    clientName: string;
    /**
     * The scopes the client may ask for.
     */
    scopes: Array<GrantableScope>;
    /**
     * How the client authenticates at the token endpoint.
     */
    tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post';
    /**
     * When the client was registered, where the authorization server says so.
     */
    issuedAt?: Timestamp;
    /**
     * When the secret expires. Absent when it does not.
     */
    secretExpiresAt?: Timestamp;
};

/**
 * Anything else worth knowing about the item.
 */
export type ItemDescriptionWritable = Text;

/**
 * Labels to group items by, each at most once.
 */
export type TagsWritable = Array<Tag>;

/**
 * A change to the quantity on hand of one item.
 */
export type AdjustmentWritable = {
    /**
     * Pieces added, or taken away when negative. Never zero.
     */
    delta: number;
    /**
     * Why the quantity changed.
     */
    reason: 'received' | 'damaged' | 'returned' | 'counted' | 'other';
    /**
     * A remark for whoever reads the history.
     */
    note?: Text;
};

/**
 * One page of adjustments.
 */
export type AdjustmentPageWritable = {
    /**
     * The adjustments of this page, newest first.
     */
    items: Array<AdjustmentWritable>;
    /**
     * Send this as `cursor` for the next page. Absent on the last page.
     */
    nextCursor?: Cursor;
};

/**
 * Pieces of one or more items promised to one client.
 */
export type ReservationWritable = {
    /**
     * What is reserved, each SKU at most once.
     */
    lines: Array<ReservationLine>;
    /**
     * The client's own name for it, such as an order number. Need not be unique.
     */
    reference?: Text;
    /**
     * How long to hold the pieces when nobody confirms. The reply states the moment as `expiresAt`.
     */
    expiresInSeconds?: number;
};

/**
 * One page of reservations.
 */
export type ReservationPageWritable = {
    /**
     * The reservations of this page, newest first.
     */
    items: Array<ReservationWritable>;
    /**
     * Send this as `cursor` for the next page. Absent on the last page.
     */
    nextCursor?: Cursor;
};

/**
 * The most entries to answer with. A page may hold fewer.
 */
export type PageLimit = number;

/**
 * Where to go on: the `nextCursor` of the page before, together with the same other parameters. A cursor that this list
 * did not give is answered with 400.
 */
export type PageCursor = Cursor;

/**
 * Only items that carry this label. Repeat it for items that carry all of them.
 */
export type TagFilter = Array<Tag>;

/**
 * Only items whose SKU or name contains this text, in upper or lower case.
 */
export type ItemSearch = Text;

/**
 * The order of the items; a leading hyphen turns it round. Ties are ordered by SKU.
 */
export type ItemSort = 'sku' | '-sku' | 'name' | '-name' | 'updatedAt' | '-updatedAt';

/**
 * The item's stock keeping unit.
 */
export type ItemSku = Sku;

/**
 * An `ETag` seen before. While the item is still that version, the answer is 304 without a body.
 */
export type IfNoneMatch = string;

/**
 * The `ETag` of the version to change, or `*` for whichever there is. Left out, the answer is 428; when the item has
 * changed since, 412.
 */
export type IfMatch = string;

/**
 * A value of the client's choice, new for each request it means to be carried out once, such as a UUID. The same key with
 * the same body within 24 hours gives the stored first answer and does nothing again.
 */
export type IdempotencyKey = string;

/**
 * Only reservations in this state.
 */
export type StatusFilter = ReservationStatus;

/**
 * The reservation's `id`.
 */
export type ReservationId = string;

export type GetStatusData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/status';
};

export type GetStatusErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type GetStatusError = GetStatusErrors[keyof GetStatusErrors];

export type GetStatusResponses = {
    /**
     * The service is there.
     */
    200: Status;
};

export type GetStatusResponse = GetStatusResponses[keyof GetStatusResponses];

export type GetCallerData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/whoami';
};

export type GetCallerErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type GetCallerError = GetCallerErrors[keyof GetCallerErrors];

export type GetCallerResponses = {
    /**
     * The caller.
     */
    200: Caller;
};

export type GetCallerResponse = GetCallerResponses[keyof GetCallerResponses];

export type ListItemsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The most entries to answer with. A page may hold fewer.
         */
        limit?: number;
        /**
         * Where to go on: the `nextCursor` of the page before, together with the same other parameters. A cursor that this list
         * did not give is answered with 400.
         */
        cursor?: Cursor;
        /**
         * Only items that carry this label. Repeat it for items that carry all of them.
         */
        tag?: Array<Tag>;
        /**
         * Only items whose SKU or name contains this text, in upper or lower case.
         */
        q?: Text;
        /**
         * The order of the items; a leading hyphen turns it round. Ties are ordered by SKU.
         */
        sort?: 'sku' | '-sku' | 'name' | '-name' | 'updatedAt' | '-updatedAt';
    };
    url: '/v1/items';
};

export type ListItemsErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ListItemsError = ListItemsErrors[keyof ListItemsErrors];

export type ListItemsResponses = {
    /**
     * A page of items.
     */
    200: ItemPage;
};

export type ListItemsResponse = ListItemsResponses[keyof ListItemsResponses];

export type CreateItemData = {
    /**
     * The new item.
     */
    body: ItemCreate;
    path?: never;
    query?: never;
    url: '/v1/items';
};

export type CreateItemErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * An item with this SKU exists already.
     */
    409: Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type CreateItemError = CreateItemErrors[keyof CreateItemErrors];

export type CreateItemResponses = {
    /**
     * The item was created.
     */
    201: Item;
};

export type CreateItemResponse = CreateItemResponses[keyof CreateItemResponses];

export type DeleteItemData = {
    body?: never;
    headers?: {
        /**
         * The `ETag` of the version to change, or `*` for whichever there is. Left out, the answer is 428; when the item has
         * changed since, 412.
         */
        'If-Match'?: string;
    };
    path: {
        /**
         * The item's stock keeping unit.
         */
        sku: Sku;
    };
    query?: never;
    url: '/v1/items/{sku}';
};

export type DeleteItemErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * Held reservations still need this stock.
     */
    409: Problem;
    /**
     * The item is not the version that `If-Match` names. Nothing was changed.
     */
    412: Problem;
    /**
     * The request has no `If-Match`.
     */
    428: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type DeleteItemError = DeleteItemErrors[keyof DeleteItemErrors];

export type DeleteItemResponses = {
    /**
     * The item is gone.
     */
    204: void;
};

export type DeleteItemResponse = DeleteItemResponses[keyof DeleteItemResponses];

export type GetItemData = {
    body?: never;
    headers?: {
        /**
         * An `ETag` seen before. While the item is still that version, the answer is 304 without a body.
         */
        'If-None-Match'?: string;
    };
    path: {
        /**
         * The item's stock keeping unit.
         */
        sku: Sku;
    };
    query?: never;
    url: '/v1/items/{sku}';
};

export type GetItemErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type GetItemError = GetItemErrors[keyof GetItemErrors];

export type GetItemResponses = {
    /**
     * The item.
     */
    200: Item;
};

export type GetItemResponse = GetItemResponses[keyof GetItemResponses];

export type UpdateItemData = {
    /**
     * The changes, as a JSON merge patch.
     */
    body: ItemPatch;
    headers?: {
        /**
         * The `ETag` of the version to change, or `*` for whichever there is. Left out, the answer is 428; when the item has
         * changed since, 412.
         */
        'If-Match'?: string;
    };
    path: {
        /**
         * The item's stock keeping unit.
         */
        sku: Sku;
    };
    query?: never;
    url: '/v1/items/{sku}';
};

export type UpdateItemErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * The item is not the version that `If-Match` names. Nothing was changed.
     */
    412: Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * The request has no `If-Match`.
     */
    428: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type UpdateItemError = UpdateItemErrors[keyof UpdateItemErrors];

export type UpdateItemResponses = {
    /**
     * The item as it is now.
     */
    200: Item;
};

export type UpdateItemResponse = UpdateItemResponses[keyof UpdateItemResponses];

export type ListAdjustmentsData = {
    body?: never;
    path: {
        /**
         * The item's stock keeping unit.
         */
        sku: Sku;
    };
    query?: {
        /**
         * The most entries to answer with. A page may hold fewer.
         */
        limit?: number;
        /**
         * Where to go on: the `nextCursor` of the page before, together with the same other parameters. A cursor that this list
         * did not give is answered with 400.
         */
        cursor?: Cursor;
    };
    url: '/v1/items/{sku}/adjustments';
};

export type ListAdjustmentsErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ListAdjustmentsError = ListAdjustmentsErrors[keyof ListAdjustmentsErrors];

export type ListAdjustmentsResponses = {
    /**
     * A page of adjustments.
     */
    200: AdjustmentPage;
};

export type ListAdjustmentsResponse = ListAdjustmentsResponses[keyof ListAdjustmentsResponses];

export type AdjustStockData = {
    /**
     * The change.
     */
    body: AdjustmentWritable;
    headers: {
        /**
         * A value of the client's choice, new for each request it means to be carried out once, such as a UUID. The same key with
         * the same body within 24 hours gives the stored first answer and does nothing again.
         */
        'Idempotency-Key': string;
    };
    path: {
        /**
         * The item's stock keeping unit.
         */
        sku: Sku;
    };
    query?: never;
    url: '/v1/items/{sku}/adjustments';
};

export type AdjustStockErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * The stock does not allow it, or a request with this key is still running. Nothing was changed.
     */
    409: Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * The key was used before with another body. Nothing was changed.
     */
    422: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type AdjustStockError = AdjustStockErrors[keyof AdjustStockErrors];

export type AdjustStockResponses = {
    /**
     * The stock was adjusted.
     */
    201: Adjustment;
};

export type AdjustStockResponse = AdjustStockResponses[keyof AdjustStockResponses];

export type ImportItemsData = {
    /**
     * One item per line.
     */
    body: ItemImport;
    path?: never;
    query?: never;
    url: '/v1/item-imports';
};

export type ImportItemsErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * Held reservations still need this stock.
     */
    409: Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * More than one line names the same SKU. Nothing was changed.
     */
    422: SkuProblem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ImportItemsError = ImportItemsErrors[keyof ImportItemsErrors];

export type ImportItemsResponses = {
    /**
     * All lines were taken.
     */
    200: ItemImportSummary;
};

export type ImportItemsResponse = ImportItemsResponses[keyof ImportItemsResponses];

export type ExportItemsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/item-exports';
};

export type ExportItemsErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ExportItemsError = ExportItemsErrors[keyof ExportItemsErrors];

export type ExportItemsResponses = {
    /**
     * One item per line.
     */
    200: Item;
};

export type ExportItemsResponse = ExportItemsResponses[keyof ExportItemsResponses];

export type ListReservationsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * The most entries to answer with. A page may hold fewer.
         */
        limit?: number;
        /**
         * Where to go on: the `nextCursor` of the page before, together with the same other parameters. A cursor that this list
         * did not give is answered with 400.
         */
        cursor?: Cursor;
        /**
         * Only reservations in this state.
         */
        status?: ReservationStatus;
    };
    url: '/v1/reservations';
};

export type ListReservationsErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ListReservationsError = ListReservationsErrors[keyof ListReservationsErrors];

export type ListReservationsResponses = {
    /**
     * A page of reservations.
     */
    200: ReservationPage;
};

export type ListReservationsResponse = ListReservationsResponses[keyof ListReservationsResponses];

export type CreateReservationData = {
    /**
     * What to reserve.
     */
    body: ReservationWritable;
    headers: {
        /**
         * A value of the client's choice, new for each request it means to be carried out once, such as a UUID. The same key with
         * the same body within 24 hours gives the stored first answer and does nothing again.
         */
        'Idempotency-Key': string;
    };
    path?: never;
    query?: never;
    url: '/v1/reservations';
};

export type CreateReservationErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is too little stock, or a request with this key is still running. Nothing was reserved.
     */
    409: InsufficientStockProblem | Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * A line names an unknown SKU or one that another line names, or the key was used before with another body. Nothing was reserved.
     */
    422: SkuProblem | Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type CreateReservationError = CreateReservationErrors[keyof CreateReservationErrors];

export type CreateReservationResponses = {
    /**
     * The pieces are reserved.
     */
    201: Reservation;
};

export type CreateReservationResponse = CreateReservationResponses[keyof CreateReservationResponses];

export type GetReservationData = {
    body?: never;
    path: {
        /**
         * The reservation's `id`.
         */
        reservationId: string;
    };
    query?: never;
    url: '/v1/reservations/{reservationId}';
};

export type GetReservationErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type GetReservationError = GetReservationErrors[keyof GetReservationErrors];

export type GetReservationResponses = {
    /**
     * The reservation.
     */
    200: Reservation;
};

export type GetReservationResponse = GetReservationResponses[keyof GetReservationResponses];

export type ConfirmReservationData = {
    body?: never;
    path: {
        /**
         * The reservation's `id`.
         */
        reservationId: string;
    };
    query?: never;
    url: '/v1/reservations/{reservationId}/confirm';
};

export type ConfirmReservationErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * The reservation is in another final state already.
     */
    409: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ConfirmReservationError = ConfirmReservationErrors[keyof ConfirmReservationErrors];

export type ConfirmReservationResponses = {
    /**
     * The reservation is confirmed.
     */
    200: Reservation;
};

export type ConfirmReservationResponse = ConfirmReservationResponses[keyof ConfirmReservationResponses];

export type ReleaseReservationData = {
    body?: never;
    path: {
        /**
         * The reservation's `id`.
         */
        reservationId: string;
    };
    query?: never;
    url: '/v1/reservations/{reservationId}/release';
};

export type ReleaseReservationErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs.
     */
    403: Problem;
    /**
     * There is no such thing, or it is another client's.
     */
    404: Problem;
    /**
     * The reservation is in another final state already.
     */
    409: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type ReleaseReservationError = ReleaseReservationErrors[keyof ReleaseReservationErrors];

export type ReleaseReservationResponses = {
    /**
     * The reservation is released.
     */
    200: Reservation;
};

export type ReleaseReservationResponse = ReleaseReservationResponses[keyof ReleaseReservationResponses];

export type RegisterClientData = {
    /**
     * The client to register.
     */
    body: ClientRegistration;
    path?: never;
    query?: never;
    url: '/v1/clients';
};

export type RegisterClientErrors = {
    /**
     * The request does not fit this document, or cannot be read at all. Nothing was done.
     */
    400: Problem;
    /**
     * No access token, or one that is not valid here.
     */
    401: Problem;
    /**
     * The access token does not grant what the operation needs, or a scope was asked for that the caller does not hold.
     */
    403: Problem;
    /**
     * The request body is larger than the service takes.
     */
    413: Problem;
    /**
     * The request body has a media type or an encoding that the operation does not take.
     */
    415: Problem;
    /**
     * The registration names no scopes.
     */
    422: Problem;
    /**
     * The authorization server registers no clients.
     */
    501: Problem;
    /**
     * The authorization server failed, or its reply is not acceptable. Whether a client was registered is not known.
     */
    502: Problem;
    /**
     * What the service answers before or beside the operation: method not allowed (405), not acceptable (406), too slow (408), address too long (414), too many requests (429), headers too large (431), internal error (500), unavailable for now (503).
     */
    default: Problem;
};

export type RegisterClientError = RegisterClientErrors[keyof RegisterClientErrors];

export type RegisterClientResponses = {
    /**
     * The client is registered.
     */
    201: RegisteredClient;
};

export type RegisterClientResponse = RegisterClientResponses[keyof RegisterClientResponses];
