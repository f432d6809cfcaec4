import { describe, expect, it } from 'vitest'
import type { Authenticator, TokenBinding } from '../../../src/auth/authenticator.js'
import { compileAuthorization } from '../../../src/auth/authorize.js'
import { ContractError } from '../../../src/contract/defect.js'
import type { SenderConstraint } from '../../../src/contract/operations/security-requirement.js'
import { requestWith } from '../../support/authenticator-request.js'
import { openBoundService, publicUrl } from '../../support/bound-service.js'
import { documentWith } from '../../support/document.js'

const principal = { clientId: 'client', issuer: 'https://issuer.test', scopes: [] }

describe('an operation that asks for bound tokens', () => {
  it.each<{ asked: SenderConstraint[]; boundBy?: TokenBinding[]; ok: boolean }>([
    { asked: [], ok: true },
    { asked: ['any'], ok: false },
    { asked: ['any'], boundBy: [], ok: false },
    { asked: ['any'], boundBy: ['dpop'], ok: true },
    { asked: ['any'], boundBy: ['mtls'], ok: true },
    { asked: ['dpop'], boundBy: ['dpop'], ok: true },
    { asked: ['dpop'], boundBy: ['mtls'], ok: false },
    { asked: ['mtls'], boundBy: ['mtls'], ok: true },
    { asked: ['mtls'], boundBy: ['dpop'], ok: false },
    { asked: ['dpop', 'mtls'], boundBy: ['mtls'], ok: false },
    { asked: ['dpop', 'mtls'], boundBy: ['mtls', 'dpop'], ok: true },
  ])('by $asked lets in what is bound by $boundBy: $ok', async ({ asked, boundBy, ok }) => {
    // What an authenticator leaves out is not there: the gate does not take its word for having looked.
    const authenticator: Authenticator = () => ({ ok: true, principal, ...(boundBy && { boundBy }) })
    const authorization = await compileAuthorization({
      operation: 'listItems',
      requirements: [{ token: [] }],
      schemes: { token: { type: 'oauth2' } },
      authenticators: { token: authenticator },
      senderConstraints: { token: asked },
    })(requestWith())
    expect(authorization.ok).toBe(ok)
    if (!ok)
      expect(authorization.log).toMatchObject({ outcome: 'invalid_token', reason: 'sender_unconstrained' })
  })
})

const document = (constraint: string): ReturnType<typeof documentWith> =>
  documentWith(
    {
      '/items': {
        get: {
          operationId: 'listItems',
          security: [{ token: [] }],
          'x-sender-constrained': constraint,
          responses: { 200: { description: 'Items.', content: { 'application/json': {} } } },
        },
      },
      '/open': {
        get: {
          operationId: 'open',
          security: [{ token: [] }],
          responses: { 200: { description: 'Open.', content: { 'application/json': {} } } },
        },
      },
    },
    { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } },
  )

describe('a document that asks for bound tokens', () => {
  it('refuses bearer tokens at that operation alone, and challenges for DPoP alone', async () => {
    const at = await openBoundService({ document: document('dpop') })
    const bearer = { headers: { authorization: `Bearer ${at.token({ cnf: undefined })}` } }
    const refused = await fetch(`${at.url}/items`, bearer)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^DPoP realm="api", error="invalid_token"/)
    expect(refused.headers.get('www-authenticate')).not.toContain('Bearer')
    expect((await fetch(`${at.url}/items`)).headers.get('www-authenticate')).toMatch(
      /^DPoP realm="api", algs=/,
    )
    expect((await fetch(`${at.url}/open`, bearer)).status).toBe(200)

    const token = at.token()
    const headers = { authorization: `DPoP ${token}`, dpop: at.proof({ token }) }
    expect((await fetch(`${at.url}/items`, { headers })).status).toBe(200)
  })

  it('offers both schemes where either binding will do, since certificates come with bearer tokens', async () => {
    const at = await openBoundService({
      document: document('any'),
      authenticator: { dpop: { publicUrl }, mtls: {} },
    })
    const response = await fetch(`${at.url}/items`, {
      headers: { authorization: `Bearer ${at.token({ cnf: undefined })}` },
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token".*, DPoP /)
  })

  it.each([
    { asked: 'dpop', authenticator: {}, want: /PUBLIC_URL/ },
    { asked: 'dpop', authenticator: { mtls: {} }, want: /PUBLIC_URL/ },
    { asked: 'mtls', authenticator: { dpop: { publicUrl } }, want: /client certificates/ },
    { asked: 'any', authenticator: {}, want: /bound tokens/ },
  ])('by $asked does not start where nobody can check that', async ({ asked, authenticator, want }) => {
    const error: unknown = await openBoundService({ document: document(asked), authenticator }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ContractError)
    const { defects, message } = error as ContractError
    expect(defects).toMatchObject([
      { code: 'unenforceable-sender-constraint', pointer: '#/paths/~1items/get' },
    ])
    expect(message).toMatch(want)
  })
})

describe('a policy that asks for bound tokens', () => {
  it('refuses bearer tokens at every operation', async () => {
    const at = await openBoundService({ authenticator: { dpop: { publicUrl }, senderConstrained: 'dpop' } })
    const response = await fetch(`${at.url}/items`, {
      headers: { authorization: `Bearer ${at.token({ cnf: undefined })}` },
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^DPoP realm="api", error="invalid_token"/)
    const token = at.token()
    const headers = { authorization: `DPoP ${token}`, dpop: at.proof({ token }) }
    expect((await fetch(`${at.url}/items`, { headers })).status).toBe(200)
    expect((await fetch(`${at.url}/anyone`)).status).toBe(200)
  })

  it.each(['dpop', 'mtls', 'any'] as const)('by %s is not built where nobody can check it', async (asked) => {
    await expect(openBoundService({ authenticator: { senderConstrained: asked } })).rejects.toThrow(
      `Tokens bound by ${asked} are asked for`,
    )
  })
})
