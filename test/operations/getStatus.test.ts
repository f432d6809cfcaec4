import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledDocument } from '../support/example-requests.js'
import { openTestService, type TestService } from '../support/service.js'

let service: TestService
beforeAll(async () => {
  service = await openTestService()
})
afterAll(() => service.close())

const { title, version } = bundledDocument['info'] as { readonly title: string; readonly version: string }

describe('200', () => {
  it('tells anybody that the service is there, and by which document it answers', async () => {
    const { status, body } = await service.call('getStatus', { token: null })
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'ok', name: title, version })
  })

  it.each([
    { given: 'no access token at all', token: 'opaque' },
    { given: 'one that nobody signed', token: 'eyJhbGciOiJub25lIn0.e30.' },
    { given: 'an empty one', token: '' },
  ])('does not look at credentials: $given is no reason to refuse', async ({ token }) => {
    expect((await service.call('getStatus', { token })).status).toBe(200)
  })

  it('answers while the authorization server is down', async () => {
    service.issuer.answer((_request, response) => response.writeHead(503).end())
    const late = await openTestService({ issuer: service.issuer, store: service.store })
    try {
      expect((await late.call('getStatus', { token: null })).status).toBe(200)
      expect((await late.call('getCaller')).status).toBe(503)
    } finally {
      await late.close()
      service.issuer.answer()
    }
  })
})
