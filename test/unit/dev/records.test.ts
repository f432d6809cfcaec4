import { describe, expect, it } from 'vitest'

import { loadRecords } from '../../../src/dev/records.js'
import { createMemoryState, type State } from '../../../src/dev/state-folder.js'

describe('records', () => {
  it.each([
    { model: 'Client', want: { clientId: 'a' } },
    { model: 'ClientCredentials', want: { clientId: 'a' } },
    { model: 'RegistrationAccessToken', want: { clientId: 'a' } },
    { model: 'ReplayDetection', want: undefined },
    { model: 'InitialAccessToken', want: undefined },
  ])('of $model are $want for a later process', async ({ model, want }) => {
    const state = createMemoryState()
    const records = await loadRecords(state)
    await records(model).upsert('1', { clientId: 'a' })
    await records('Client').upsert('2', { clientId: 'b' })
    expect(await records(model).find('1')).toEqual({ clientId: 'a' })
    expect(await (await loadRecords(state))(model).find('1')).toEqual(want)
  })

  it('are told apart by model and id', async () => {
    const records = await loadRecords(createMemoryState())
    await records('Client').upsert('1', { clientId: 'a' })
    expect(await records('Client').find('2')).toBeUndefined()
    expect(await records('ClientCredentials').find('1')).toBeUndefined()
  })

  it('are gone once destroyed, here and for a later process', async () => {
    const state = createMemoryState()
    const records = await loadRecords(state)
    await records('Client').upsert('1', { clientId: 'a' })
    await records('Client').destroy('1')
    expect(await records('Client').find('1')).toBeUndefined()
    expect(await (await loadRecords(state))('Client').find('1')).toBeUndefined()
  })

  it('end with their time, and then leave the state too', async () => {
    let nowMs = 1_000_000
    const state = createMemoryState()
    const records = await loadRecords(state, { now: () => nowMs })
    const tokens = records('ClientCredentials')
    await tokens.upsert('short', { clientId: 'a' }, 10)
    nowMs += 9_999
    expect(await tokens.find('short')).toEqual({ clientId: 'a' })
    nowMs += 1
    expect(await tokens.find('short')).toBeUndefined()
    await tokens.upsert('next', { clientId: 'a' }, 10)
    expect(Object.keys((await state.read('records')) as object)).toEqual(['ClientCredentials:next'])
  })

  it('remember when they were consumed', async () => {
    const records = await loadRecords(createMemoryState(), { now: () => 5_000 })
    await records('ClientCredentials').upsert('1', { clientId: 'a' })
    await records('ClientCredentials').consume('1')
    await records('ClientCredentials').consume('2')
    expect(await records('ClientCredentials').find('1')).toEqual({ clientId: 'a', consumed: 5 })
    expect(await records('ClientCredentials').find('2')).toBeUndefined()
  })

  it('are written once for many changes at a time, and each change waits for its write', async () => {
    const written: unknown[] = []
    const state: State = {
      read: () => Promise.resolve(undefined),
      write(_name, value) {
        written.push(value)
        return Promise.resolve()
      },
    }
    const records = await loadRecords(state)
    const ids = Array.from({ length: 100 }, (_, index) => String(index))
    await Promise.all(
      ids.map(async (id) => {
        await records('Client').upsert(id, { clientId: id })
        expect(written.at(-1)).toHaveProperty([`Client:${id}`])
      }),
    )
    expect(written.length).toBeLessThanOrEqual(2)
  })

  it('report a failed write to whoever waits for it, and write again afterwards', async () => {
    let fails = true
    const memory = createMemoryState()
    const state: State = {
      read: memory.read,
      write: (name, value) => (fails ? Promise.reject(new Error('disk full')) : memory.write(name, value)),
    }
    const records = await loadRecords(state)
    await expect(records('Client').upsert('1', { clientId: 'a' })).rejects.toThrow('disk full')
    fails = false
    await records('Client').upsert('2', { clientId: 'b' })
    expect(Object.keys((await memory.read('records')) as object)).toEqual(['Client:1', 'Client:2'])
  })
})
