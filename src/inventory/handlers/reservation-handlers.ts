import { runOnce } from '../../store/idempotency.js'
import { transaction } from '../../store/transaction.js'
import { closeReservation, createReservation, getReservation, listReservations } from '../reservations.js'
import type { InventoryParts, OperationHandlers } from './operation-handlers.js'
import { pageSize } from './page-size.js'

type ReservationHandlers = Pick<
  OperationHandlers,
  'createReservation' | 'getReservation' | 'listReservations' | 'confirmReservation' | 'releaseReservation'
>

export function createReservationHandlers({ db, randomId }: InventoryParts): ReservationHandlers {
  return {
    createReservation({ headers, body }, principal) {
      const { lines, reference, expiresInSeconds } = body
      const request = {
        issuer: principal.issuer,
        clientId: principal.clientId,
        operationId: 'createReservation',
        key: headers['idempotency-key'],
        content: { lines, reference, expiresInSeconds },
      }
      return transaction(db, (tx) =>
        runOnce(tx, request, async () => {
          const id = randomId()
          const held = await createReservation(tx, principal, { id, lines, reference, expiresInSeconds })
          return { status: 201, headers: { Location: `/v1/reservations/${id}` }, body: held }
        }),
      )
    },

    async getReservation({ params }, principal) {
      return { status: 200, body: await getReservation(db, principal, params.reservationId) }
    },

    async listReservations({ query: { limit = pageSize, cursor, status } }, principal) {
      return { status: 200, body: await listReservations(db, principal, { limit, cursor, status }) }
    },

    async confirmReservation({ params: { reservationId } }, principal) {
      const confirm = transaction(db, (tx) => closeReservation(tx, principal, reservationId, 'confirmed'))
      return { status: 200, body: await confirm }
    },

    async releaseReservation({ params: { reservationId } }, principal) {
      const release = transaction(db, (tx) => closeReservation(tx, principal, reservationId, 'released'))
      return { status: 200, body: await release }
    },
  }
}
