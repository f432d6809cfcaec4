/*
 * oidc-provider's entry warns on the terminal when Node is older than 22, though it runs on 20. These are the parts
 * of it that do not.
 */
declare module 'oidc-provider/lib/provider.js' {
  export { Provider } from 'oidc-provider'
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  /** Each answers with 400 and its code; `description` is sent as error_description. */
  export class InvalidClientMetadata extends Error {
    constructor(description: string)
  }
  export class InvalidScope extends Error {
    constructor(description: string, scope?: string)
  }
  export class InvalidTarget extends Error {
    constructor(description: string)
  }
}
