// Generated from the OpenAPI document by `npm run generate`. Do not edit.

/** operationId -> security requirements: any of the list suffices, each needs all of its schemes and scopes. */
export const scopes = {
  adjustStock: [{ clientCredentials: ['stock:write'] }],
  confirmReservation: [{ clientCredentials: ['reservations:write'] }],
  createItem: [{ clientCredentials: ['items:write'] }],
  createReservation: [{ clientCredentials: ['reservations:write'] }],
  deleteItem: [{ clientCredentials: ['items:write'] }],
  exportItems: [{ clientCredentials: ['items:read'] }],
  getCaller: [{ clientCredentials: [] }],
  getItem: [{ clientCredentials: ['items:read'] }],
  getReservation: [{ clientCredentials: ['reservations:read'] }, { clientCredentials: ['reservations:write'] }],
  getStatus: [],
  importItems: [{ clientCredentials: ['items:write', 'stock:write'] }],
  listAdjustments: [{ clientCredentials: ['items:read'] }],
  listItems: [{ clientCredentials: ['items:read'] }],
  listReservations: [{ clientCredentials: ['reservations:read'] }],
  registerClient: [{ clientCredentials: ['clients:register'] }],
  releaseReservation: [{ clientCredentials: ['reservations:write'] }],
  updateItem: [{ clientCredentials: ['items:write'] }],
} as const
