import type Koa from 'koa'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp } from '../../../src/http/app.js'
import { document, item, page, reservation } from './exchanges.js'

/** The whole gate with an authenticator that lets anybody in, as production has it: replies are checked and reported. */
export async function createAppByDocument(): Promise<Koa> {
  const contract = await loadContract(document)
  const principal = {
    issuer: 'https://issuer.test',
    clientId: 'shop',
    subject: 'shop',
    scopes: ['items:read', 'reservations:write'],
    claims: {},
  }
  return createApp({
    contract,
    validateReplies: 'report',
    authenticators: Object.fromEntries(
      [...contract.securitySchemes.keys()].map((name) => [name, () => ({ ok: true, principal }) as const]),
    ),
    handlers: {
      listItems: () => ({ status: 200, body: page }),
      getItem: () => ({ status: 200, headers: { ETag: '"7"' }, body: item }),
      createReservation: () => ({
        status: 201,
        headers: { Location: `/v1/reservations/${reservation.id}` },
        body: reservation,
      }),
    },
  })
}
