import { createHmac } from 'node:crypto'
import { ec, gate, rsa, type Refusal } from './attacked-operations.js'
import { publicUrl, type Fields } from './attacked-gate.js'
import { documentedScopes, exampleRequest, type DocumentedOperation } from './example-requests.js'
import { encodePart, signToken, type TestKey, type TokenInput } from './keys.js'

/* Tokens, proofs and fields as attackers send them, made of good ones. */

export type Parts = Readonly<Record<string, unknown>>

export const everyScope = documentedScopes.join(' ')

export const seconds = (): number => Math.floor(Date.now() / 1_000)

/** A token that opens every operation, but for what is laid over it. */
export const token = (changed: TokenInput = {}): string =>
  gate.issuer.token({ ...changed, claims: { scope: everyScope, ...changed.claims } })
export const claiming = (claims: Parts) => () => token({ claims })
export const headed = (header: Parts) => () => token({ header })
export const parts = (text: string): readonly [header: string, payload: string, signature: string] => {
  const [header = '', payload = '', signature = ''] = text.split('.')
  return [header, payload, signature]
}
export const decoded = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
export const goodClaims = (): Record<string, unknown> => decoded(parts(token())[1])
export const goodHeader = (): Record<string, unknown> => decoded(parts(token())[0])

/** The token with one part replaced, and the signature that it had. */
export const spoiled = (spoil: (text: ReturnType<typeof parts>) => string) => () => spoil(parts(token()))
export const unsigned =
  (header: object, signature = 'AAAA') =>
  () =>
    `${encodePart({ ...goodHeader(), ...header })}.${encodePart(goodClaims())}.${signature}`
export const hmac =
  (secret: () => string | Buffer, key: () => TestKey = () => rsa) =>
  () => {
    const header = { ...goodHeader(), kid: key().kid, alg: 'HS256' }
    const input = `${encodePart(header)}.${encodePart(goodClaims())}`
    return `${input}.${createHmac('sha256', secret()).update(input).digest('base64url')}`
  }
/** JSON has numbers that JSON.stringify does not write. */
export const writing = (member: string, number: string) => () =>
  signToken(goodHeader(), JSON.stringify({ ...goodClaims(), [member]: '#' }).replace('"#"', number), ec)
export const inArray = (claims: Parts) => () => gate.arrays.token({ claims })

export const authorized =
  (...values: readonly (string | (() => string))[]) =>
  (): Fields =>
    values.map((value) => ['Authorization', typeof value === 'string' ? value : value()])
export const bearer = (make: () => string) => () => `Bearer ${make()}`

/** A token that is bound to the key of `maker`, with a proof of its own for each operation. */
export const proved =
  (changed: (proof: string, bound: string, operation: DocumentedOperation) => Fields) =>
  (operation: DocumentedOperation): Fields => {
    const bound = boundToken()
    return changed(proofOf(bound, operation), bound, operation)
  }
export const boundToken = (): string => token({ claims: { cnf: { jkt: gate.maker.jkt } } })
export const proofOf = (
  bound: string,
  operation: DocumentedOperation,
  changed: Partial<Parameters<typeof gate.maker.proof>[0]> = {},
): string => {
  const { method, target } = exampleRequest(operation)
  return gate.maker.proof({ token: bound, method, uri: publicUrl + target, ...changed })
}

/** The claim where only a careless merge of objects finds it. */
export function inherited(name: string): string {
  const { [name]: value, ...rest } = goodClaims()
  return JSON.stringify(rest).replace('{', `{"__proto__":${JSON.stringify({ [name]: value })},`)
}

export const syntax = (reason: string): Refusal => ({ status: 400, reason })
export const noScope: Refusal = { status: 403, reason: 'insufficient_scope' }
export const noProof = (reason: string): Refusal => ({
  status: 401,
  reason,
  scheme: 'DPoP',
  error: 'invalid_dpop_proof',
})
export const undecided = (fetches: number): Refusal => ({
  status: 503,
  reason: 'key_set_unavailable',
  fetches,
})
