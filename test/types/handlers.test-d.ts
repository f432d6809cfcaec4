import { describe, expectTypeOf, it } from 'vitest'
import type { scopes } from '../../generated/scopes.js'
import type { operations } from '../../generated/server.js'
import type { Handlers, Input, PrincipalFor, Reply } from '../../src/contract/handler.js'
import type { Principal } from '../../src/contract/principal.js'

type All = Handlers<operations, typeof scopes>

declare const complete: All

describe('the handler map', () => {
  it('is total: an operation left out does not compile', () => {
    const { getItem: _, ...rest } = complete
    // @ts-expect-error -- getItem is missing
    const missing: All = rest
    expectTypeOf(missing).toEqualTypeOf<All>()
  })

  it('has nothing beside the operations of the document', () => {
    // @ts-expect-error -- no operation of that name
    const surplus: All = { ...complete, getNothing: () => ({ status: 204 }) }
    expectTypeOf(surplus).toEqualTypeOf<All>()
  })

  it('refuses a status that is not declared', () => {
    // @ts-expect-error -- 202 is not declared
    const handler: All['getStatus'] = () => ({ status: 202, body: { status: 'ok', name: 'n', version: '1' } })
    expectTypeOf(handler).toBeFunction()
  })

  it('refuses the status of `default`, which is the gate’s own', () => {
    // @ts-expect-error -- 503 is answered by the gate alone
    const handler: All['getStatus'] = () => ({ status: 503, body: { type: 't', title: 't', status: 503 } })
    expectTypeOf(handler).toBeFunction()
  })

  it('refuses a body that does not fit', () => {
    // @ts-expect-error -- a member is missing
    const missing: All['getStatus'] = () => ({ status: 200, body: { status: 'ok', name: 'n' } })
    // @ts-expect-error -- a member is of another type
    const wrong: All['getStatus'] = () => ({ status: 200, body: { status: 'ok', name: 7, version: '1' } })
    expectTypeOf(missing).toEqualTypeOf(wrong)
  })

  it('refuses a body where none is declared', () => {
    // @ts-expect-error -- 204 has no body
    const handler: All['deleteItem'] = () => ({ status: 204, body: {} })
    expectTypeOf(handler).toBeFunction()
  })

  it('refuses a reply without a header that is required', () => {
    // @ts-expect-error -- ETag is missing
    const handler: All['getItem'] = () => ({ status: 304 })
    expectTypeOf(handler).toBeFunction()
  })

  it('takes replies that fit, also asynchronous ones', () => {
    const now: All['getStatus'] = () => ({ status: 200, body: { status: 'ok', name: 'n', version: '1' } })
    const later: All['deleteItem'] = () => Promise.resolve({ status: 204 })
    expectTypeOf(now).toBeFunction()
    expectTypeOf(later).toBeFunction()
  })
})

describe('the input of a handler', () => {
  it('holds the declared parameters by their types, header names in lower case', () => {
    expectTypeOf<Input<operations['getItem']>['params']['sku']>().toEqualTypeOf<string>()
    expectTypeOf<Input<operations['listItems']>['query']['limit']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<
      Input<operations['createReservation']>['headers']['idempotency-key']
    >().toEqualTypeOf<string>()
  })

  it('holds nothing that is not declared', () => {
    expectTypeOf<Input<operations['getItem']>['query']>().not.toHaveProperty('limit')
    expectTypeOf<Input<operations['getStatus']>['body']>().toEqualTypeOf<undefined>()
  })

  it('has no readOnly members in its body', () => {
    type Body = Input<operations['createReservation']>['body']
    expectTypeOf<Body>().toHaveProperty('lines')
    expectTypeOf<Body>().not.toHaveProperty('status')
  })

  it('is an async iterable of lines where the body is line-delimited', () => {
    type Body = Input<operations['importItems']>['body']
    expectTypeOf<Body>().toExtend<AsyncIterable<{ readonly sku: string }>>()
  })
})

describe('the reply of a handler', () => {
  it('has no writeOnly members', () => {
    type Body = Extract<Reply<operations['createReservation']>, { status: 201 }>['body']
    expectTypeOf<Body>().toHaveProperty('status')
    expectTypeOf<Body>().not.toHaveProperty('expiresInSeconds')
  })
})

describe('the principal of a handler', () => {
  it('is absent on an anonymous operation', () => {
    expectTypeOf<Parameters<All['getStatus']>[1]>().toEqualTypeOf<undefined>()
  })

  it('is there on a secured one, its scopes the literals that the document names', () => {
    type Caller = Parameters<All['getReservation']>[1]
    expectTypeOf<Caller['scopes'][number]>().toEqualTypeOf<'reservations:read' | 'reservations:write'>()
    expectTypeOf<Caller['clientId']>().toEqualTypeOf<string>()
  })

  it('is optional where `{}` is one of the alternatives', () => {
    const requirements = [{ oauth: ['a'] }, {}] as const
    type Maybe = PrincipalFor<typeof requirements>
    expectTypeOf(requirements[1]).toExtend<object>()
    expectTypeOf<undefined>().toExtend<Maybe>()
    expectTypeOf<NonNullable<Maybe>['scopes']>().toEqualTypeOf<readonly 'a'[]>()
  })

  it('can be a type of one’s own', () => {
    interface Tenant extends Principal {
      readonly tenant: string
    }
    type Caller = PrincipalFor<readonly [{ readonly key: readonly [] }], Tenant>
    expectTypeOf<Caller['tenant']>().toEqualTypeOf<string>()
  })
})
