/** Entries of a page when the request names no `limit`; the contract states it as the default. */
export const pageSize = 20
