import { Socket } from 'node:net'
import type { AuthenticatorRequest } from '../../src/auth/authenticator.js'

/** A request as Node parses it, with one `authorization` field per argument. */
export function requestWith(...authorization: readonly string[]): AuthenticatorRequest {
  const [first] = authorization
  return {
    method: 'GET',
    url: '/',
    headers: first === undefined ? {} : { authorization: first },
    headersDistinct: authorization.length === 0 ? {} : { authorization: [...authorization] },
    socket: new Socket(),
  }
}
