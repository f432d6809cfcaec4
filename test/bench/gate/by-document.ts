import type Koa from 'koa'
import type * as entry from '../../../src/index.js'
import type * as telemetry from '../../../src/telemetry/create-logger.js'
import { document, item, page, reservation } from './exchanges.js'
import { logDestination } from './log-destination.js'

/** As `npm run build` made it: what is deployed, and not what the loader of this file makes of the source. */
const built = new URL('../../../dist/', import.meta.url)
const { createApp, loadContract } = (await import(new URL('index.js', built).href)) as typeof entry
const { createLogger } = (await import(new URL('telemetry/create-logger.js', built).href)) as typeof telemetry

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
    logger: createLogger({ destination: logDestination() }),
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
