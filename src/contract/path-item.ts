/**
 * OpenAPI "Path Item Object": the members that hold an operation, each named for its method. `query` is OpenAPI 3.2, as
 * is `additionalOperations`, which holds those of further methods.
 */
export const operationMembers = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
  'query',
] as const
