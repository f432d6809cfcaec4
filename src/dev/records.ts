import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

import type { State } from './state-folder.js'

interface StoredRecord {
  readonly payload: AdapterPayload
  /** Milliseconds since the epoch; absent: never. */
  readonly expiresAt?: number
}

/**
 * What must still be there after a reload: registered clients, what manages them, and opaque access tokens. The rest
 * (replay of client assertions, the initial access token) is worth one process only.
 */
const kept: ReadonlySet<string> = new Set(['Client', 'ClientCredentials', 'RegistrationAccessToken'])

export interface RecordsOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** oidc-provider's storage over `state`. Loads what an earlier process kept. Throws `DevelopmentError` where that is unreadable. */
export async function loadRecords(state: State, options: RecordsOptions = {}): Promise<AdapterFactory> {
  const now = options.now ?? Date.now
  const isLive = ({ expiresAt }: StoredRecord) => expiresAt === undefined || expiresAt > now()
  const records = new Map<string, StoredRecord>(
    Object.entries(((await state.read('records')) ?? {}) as Record<string, StoredRecord>),
  )

  /** At most one write at a time and one waiting, whatever the number of changes: the waiting one writes them all. */
  let waiting: Promise<void> | undefined
  let last: Promise<void> = Promise.resolve()
  const save = () =>
    (waiting ??= last =
      last
        .catch(() => undefined)
        .then(() => {
          waiting = undefined
          for (const [key, record] of records) if (!isLive(record)) records.delete(key)
          return state.write(
            'records',
            Object.fromEntries([...records].filter(([key]) => kept.has(modelOf(key)))),
          )
        }))

  return (model) => createAdapter(model)

  function createAdapter(model: string): Adapter {
    const keyOf = (id: string) => `${model}:${id}`
    const persist = () => (kept.has(model) ? save() : Promise.resolve())
    const find = (id: string) => {
      const record = records.get(keyOf(id))
      return record !== undefined && isLive(record) ? record : undefined
    }
    return {
      async upsert(id, payload, expiresIn) {
        records.set(keyOf(id), { payload, ...(expiresIn && { expiresAt: now() + expiresIn * 1000 }) })
        await persist()
      },
      find: (id) => Promise.resolve(find(id)?.payload),
      async consume(id) {
        const record = find(id)
        if (record === undefined) return
        records.set(keyOf(id), {
          ...record,
          payload: { ...record.payload, consumed: Math.floor(now() / 1000) },
        })
        await persist()
      },
      async destroy(id) {
        if (records.delete(keyOf(id))) await persist()
      },
      // Sessions, device codes and grants of users: there are none in the client credentials grant.
      findByUid: () => Promise.resolve(undefined),
      findByUserCode: () => Promise.resolve(undefined),
      revokeByGrantId: () => Promise.resolve(),
    }
  }
}

function modelOf(key: string): string {
  return key.slice(0, key.indexOf(':'))
}
