import { describe, expect, it } from 'vitest'
import { ContractError } from '../../../../src/contract/defect.js'
import { loadContract, type Contract } from '../../../../src/contract/load-contract.js'
import { documentWith } from '../../../support/document.js'

const oauth2 = {
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl: '/token', scopes: { read: 'Read.' } } },
}
const schemes = {
  token: oauth2,
  bound: { ...oauth2, 'x-sender-constrained': 'mtls' },
  dpop: { type: 'http', scheme: 'DPoP' },
  connect: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.test', 'x-sender-constrained': 'any' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
}

interface Given {
  readonly security?: readonly object[]
  readonly operation?: object
  readonly schemes?: object
  readonly item?: object
  readonly root?: object
}

function load({
  security = [{ token: [] }],
  operation,
  schemes: changed,
  item,
  root,
}: Given): Promise<Contract> {
  const responses = { 204: { description: 'Done.' } }
  return loadContract(
    documentWith(
      { '/a': { get: { operationId: 'a', security, responses, ...operation }, ...item } },
      { components: { securitySchemes: { ...schemes, ...changed } }, ...root },
    ),
    // Nothing of it can be turned into a warning.
    { onDefect: 'warn' },
  )
}

describe('x-sender-constrained', () => {
  it.each<Given & { title: string; want: object }>([
    { title: 'nobody says anything', want: {} },
    { title: 'the operation asks', operation: { 'x-sender-constrained': 'dpop' }, want: { token: ['dpop'] } },
    { title: 'the scheme asks', security: [{ bound: [] }], want: { bound: ['mtls'] } },
    { title: 'the scheme is DPoP by its name', security: [{ dpop: [] }], want: { dpop: ['dpop'] } },
    { title: 'an OpenID Connect scheme asks', security: [{ connect: [] }], want: { connect: ['any'] } },
    {
      title: 'both ask for different things, which is both',
      security: [{ bound: [] }],
      operation: { 'x-sender-constrained': 'dpop' },
      want: { bound: ['mtls', 'dpop'] },
    },
    {
      title: 'the operation asks every scheme that takes access tokens',
      security: [{ token: [] }, { bound: [], key: [] }],
      operation: { 'x-sender-constrained': 'any' },
      want: { token: ['any'], bound: ['mtls', 'any'] },
    },
    { title: 'one of its schemes asks', security: [{ token: [] }, { bound: [] }], want: { bound: ['mtls'] } },
  ])('is $want where $title', async ({ want, ...given }) => {
    const { operations } = await load(given)
    expect(operations.get('a')?.senderConstraints).toEqual(want)
  })

  const at = '#/paths/~1a/get/x-sender-constrained'
  it.each<Given & { title: string; pointer: string }>([
    ...['DPoP', 'tls', '', true, null, ['dpop'], { dpop: true }].map((value) => ({
      title: `the operation says ${JSON.stringify(value)}`,
      operation: { 'x-sender-constrained': value },
      pointer: at,
    })),
    {
      title: 'a scheme says what is not known',
      schemes: { token: { ...oauth2, 'x-sender-constrained': 'yes' } },
      pointer: '#/components/securitySchemes/token/x-sender-constrained',
    },
    {
      title: 'a scheme that takes no access tokens says it',
      schemes: { key: { ...schemes.key, 'x-sender-constrained': 'dpop' } },
      pointer: '#/components/securitySchemes/key/x-sender-constrained',
    },
    {
      title: 'an operation says it that anyone may call',
      security: [],
      operation: { 'x-sender-constrained': 'dpop' },
      pointer: at,
    },
    {
      title: 'an alternative lets anyone in',
      security: [{ token: [] }, {}],
      operation: { 'x-sender-constrained': 'dpop' },
      pointer: at,
    },
    {
      title: 'an alternative has another credential',
      security: [{ token: [] }, { key: [] }],
      operation: { 'x-sender-constrained': 'dpop' },
      pointer: at,
    },
    {
      title: 'the path item says it',
      item: { 'x-sender-constrained': 'dpop' },
      pointer: '#/paths/~1a/x-sender-constrained',
    },
    {
      title: 'the document says it',
      root: { 'x-sender-constrained': 'dpop' },
      pointer: '#/x-sender-constrained',
    },
  ])('is a defect that stops the start where $title', async ({ pointer, ...given }) => {
    const error: unknown = await load(given).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ContractError)
    expect((error as ContractError).defects).toMatchObject([{ code: 'invalid-sender-constraint', pointer }])
  })
})
