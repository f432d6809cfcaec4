import request from 'supertest'
import { describe, expect, it } from 'vitest'
import type { AnyHandler } from '../../../src/contract/handler.js'
import { loadContract } from '../../../src/contract/load-contract.js'
import { createApp } from '../../../src/http/app.js'
import { documentWith, echoing } from '../../support/document.js'
import { serve } from '../../support/serve.js'

const echo: AnyHandler = (input) => ({ status: 200, body: input })

async function get(
  parameter: object,
  target: string,
  headers: Record<string, string> = {},
): Promise<request.Response> {
  const contract = await loadContract({
    ...documentWith({ '/a': { get: { ...echoing, parameters: [parameter] } } }),
    openapi: '3.2.0',
  })
  const { url } = await serve(createApp({ contract, handlers: { 'GET /a': echo }, authenticators: {} }))
  return request(url).get(target).set(headers)
}

describe('a parameter that is the whole query (OpenAPI 3.2)', () => {
  const filter = {
    type: 'object',
    properties: { n: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['n'],
  }
  const form = {
    name: 'filter',
    in: 'querystring',
    content: { 'application/x-www-form-urlencoded': { schema: filter } },
  }
  const json = {
    name: 'filter',
    in: 'querystring',
    required: true,
    content: { 'application/json': { schema: filter } },
  }

  it.each([
    { parameter: form, target: '/a?n=1&tags=a&tags=b+c', want: { n: 1, tags: ['a', 'b c'] } },
    { parameter: form, target: '/a?n=1&tags=a', want: { n: 1, tags: ['a'] } },
    {
      parameter: json,
      target: `/a?${encodeURIComponent('{"n":1,"tags":["a&b"]}')}`,
      want: { n: 1, tags: ['a&b'] },
    },
  ])('is read from $target', async ({ parameter, target, want }) => {
    const { status, body } = await get(parameter, target)
    expect([status, body.query]).toEqual([200, { filter: want }])
  })

  it.each([
    {
      given: 'JSON',
      encoding: { contentType: 'application/json' },
      target: (a: string) => `where={"a":${a}}`,
    },
    {
      given: 'deepObject',
      encoding: { style: 'deepObject', explode: true },
      target: (a: string) => `where[a]=${a}`,
    },
    { given: 'a list of pairs', encoding: { explode: false }, target: (a: string) => `where=a,${a}` },
  ])('has members that its encoding writes as $given', async ({ encoding, target }) => {
    const where = { type: 'object', properties: { a: { type: 'integer' } } }
    const schema = { ...filter, properties: { ...filter.properties, where } }
    const content = { 'application/x-www-form-urlencoded': { schema, encoding: { where: encoding } } }
    const parameter = { name: 'filter', in: 'querystring', content }
    const { status, body } = await get(parameter, `/a?n=1&${target('2')}`)
    expect([status, body.query]).toEqual([200, { filter: { n: 1, where: { a: 2 } } }])
    const refused = await get(parameter, `/a?n=1&${target('1.5')}`)
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/filter/where/a'])
  })

  it.each([
    { parameter: form, target: '/a?n=one', want: ['/filter/n', 'type'] },
    { parameter: form, target: '/a?tags=a', want: ['/filter/n', 'required'] },
    { parameter: json, target: '/a?%7Bnot', want: ['/filter', 'style'] },
    { parameter: json, target: '/a', want: ['/filter', 'required'] },
  ])('is refused from $target', async ({ parameter, target, want }) => {
    const { status, body } = await get(parameter, target)
    expect([status, body.errors[0].pointer, body.errors[0].keyword]).toEqual([400, ...want])
  })
})

describe('the cookie style (OpenAPI 3.2)', () => {
  it('takes values as they are, without undoing a percent-encoding', async () => {
    const parameter = { name: 'session', in: 'cookie', style: 'cookie', schema: { type: 'string' } }
    const { body } = await get(parameter, '/a', { Cookie: 'session=a%20b' })
    expect(body.cookies).toEqual({ session: 'a%20b' })
  })
})

describe('methods of OpenAPI 3.2', () => {
  it('may be any that Node.js receives', async () => {
    const contract = await loadContract({
      ...documentWith({ '/a': { additionalOperations: { PROPFIND: echoing } } }),
      openapi: '3.2.0',
    })
    const { url } = await serve(
      createApp({ contract, handlers: { 'PROPFIND /a': echo }, authenticators: {} }),
    )
    expect((await fetch(`${url}/a`, { method: 'PROPFIND' })).status).toBe(200)
    expect((await request(url).get('/a')).status).toBe(405)
  })

  it('that Node.js cannot receive are a defect', async () => {
    const document = {
      ...documentWith({ '/a': { additionalOperations: { BREW: echoing } } }),
      openapi: '3.2.0',
    }
    await expect(loadContract(document)).rejects.toThrow('unsupported-method')
  })
})
