import type { PossessionFailure } from '../auth/possession.js'
import type { TokenSyntaxCode } from '../auth/presented-token.js'
import type { AccessTokenFailure } from '../auth/token-failure.js'
import { toFetchFailure } from './fetch-failure.js'
import { toAudienceAdvice, toClientAdvice, toIssuerAdvice, toTypAdvice } from './issuer-advice.js'
import { toMoment } from './moment.js'
import { claim, header, show, type Advice, type RefusedToken } from './refused-token.js'
import { toSeries } from './terminal.js'

/** Of the syntax of requests, what a token alone can get wrong. */
type RefusalCode =
  | AccessTokenFailure
  | Extract<TokenSyntaxCode, 'characters' | 'too_long'>
  | 'key_set_unavailable'
  | 'introspection_unavailable'
  | Extract<PossessionFailure, 'bound_token_as_bearer' | 'certificate_missing'>

const fetchAnew = 'Fetch a new token'
const clocks = 'Set both clocks by NTP; `npm run gatehouse -- doctor` measures the difference.'

const bound: Advice = {
  seen: 'cnf binds it to a key of its client, so that it is worth nothing by itself.',
  advice:
    'Whether it is accepted depends on the proof that is sent with it. For use as a bearer token have the issuer make one that is not bound.',
}

/** Every reason that the gate has, in words that say what to change. */
const refusals: Readonly<Record<RefusalCode, (refused: RefusedToken) => Advice>> = {
  characters: () => ({
    seen: 'It holds characters that no bearer token has.',
    advice: 'Copy the token alone and whole, without quotes and line breaks.',
  }),
  too_long: ({ token }) => ({
    seen: `It has ${token.length} characters, which is more than is read.`,
    advice: 'Have the issuer leave claims out of it, such as long lists of groups.',
  }),
  malformed: toMalformed,
  issuer: (refused) => ({
    seen: `iss is ${show(claim(refused, 'iss'))}, and ISSUER is ${refused.policy.issuer}.`,
    advice: toIssuerAdvice(refused),
  }),
  header: ({ decoded }) => {
    const names = ['crit', 'b64', 'zip', 'enc'].filter((name) => Object.hasOwn(decoded?.header ?? {}, name))
    return names.length > 0
      ? {
          seen: `Its header has ${toSeries(names, 'and')}, which no access token needs.`,
          advice: 'Have the issuer sign it without.',
        }
      : { seen: 'kid in its header is not a string.', advice: 'Have the issuer name its key by a string.' }
  },
  algorithm: (refused) => toAlgorithm(refused),
  typ: (refused) => {
    const accepted = refused.policy.typ.map((typ) => typ ?? 'none')
    return {
      seen: `typ in its header is ${show(header(refused, 'typ'))}, and ${refused.preset} tokens have ${toSeries(accepted, 'or')}.`,
      advice: toTypAdvice(refused, header(refused, 'typ')),
    }
  },
  key: (refused) => ({
    seen: `${refused.policy.issuer} publishes no usable key that fits kid ${show(header(refused, 'kid'))}.`,
    advice: `${fetchAnew}: this one is of a key that was replaced, or of another environment's issuer.`,
  }),
  signature: () => ({
    seen: 'Its signature does not belong to what it says.',
    advice: `${fetchAnew}, and copy it whole: it was changed, or is of another issuer that uses the same kid.`,
  }),
  expired: (refused) =>
    toDated(
      refused,
      'exp',
      `${fetchAnew}. One that has just been made has expired where the clocks differ: ${clocks}`,
    ),
  not_yet_valid: (refused) => toDated(refused, 'nbf', `Wait until then. ${clocks}`),
  issued_at: (refused) => toDated(refused, 'iat', clocks),
  audience: toAudience,
  token_kind: toTokenKind,
  confirmation: (refused) => ({
    seen: `cnf is ${show(claim(refused, 'cnf'))}, which asks for a proof that is not known here.`,
    advice: 'Have the issuer bind it by DPoP (jkt) or to a client certificate (x5t#S256), or not at all.',
  }),
  bound_token_as_bearer: () => bound,
  certificate_missing: () => bound,
  okta_org_server: () => ({
    seen: "It is of Okta's org authorization server, whose tokens are for Okta's own API.",
    advice: 'Ask a custom authorization server for one, such as /oauth2/default.',
  }),
  inactive: ({ policy }) => ({
    seen: `${policy.issuer} says that it is not active.`,
    advice: `${fetchAnew}: this one has expired, was revoked, or is of another issuer.`,
  }),
  introspection_unavailable: ({ policy, cause }) => ({
    seen: `${policy.issuer} cannot be asked about it: ${toFetchFailure(cause)}.`,
    advice:
      'Check INTROSPECTION_CLIENT_ID, INTROSPECTION_CLIENT_SECRET and INTROSPECTION_ENDPOINT; it can be judged once the issuer answers.',
  }),
  client: (refused) => ({
    seen: `It names the client ${show(clientOf(refused))}, read from ${toSeries(refused.policy.clientIdFrom, 'or')}.`,
    advice: toClientAdvice(refused, clientOf(refused)),
  }),
  key_set_unavailable: ({ policy, cause, isEmbedded }) => ({
    seen: `The keys of ${policy.issuer} cannot be had: ${toFetchFailure(cause)}.`,
    advice: isEmbedded
      ? 'Start it with `npm run dev`.'
      : 'It can be judged once they can; `npm run gatehouse -- doctor` looks into it.',
  }),
}

export function toRefusalAdvice(code: string, refused: RefusedToken): Advice {
  if (Object.hasOwn(refusals, code)) return refusals[code as RefusalCode](refused)
  return { seen: `The gate refuses it: ${code}.`, advice: 'The log of the service says more.' }
}

function toMalformed({ token, decoded }: RefusedToken): Advice {
  if (decoded) {
    return {
      seen: 'It is a JWT, but a part of it is not written as it must be.',
      advice: `${fetchAnew}, and copy it whole. Dates are numbers of seconds; base64url has one spelling for everything.`,
    }
  }
  const parts = token.split('.').length
  if (parts === 5) {
    return {
      seen: 'It is encrypted (a JWE), so that its issuer alone can read it.',
      advice: 'Have the issuer make signed JWTs for this API. Auth0: send `audience` in the token request.',
    }
  }
  if (parts === 3) {
    return {
      seen: 'It has the three parts of a JWT, but they are no JSON.',
      advice: `${fetchAnew}, and copy it whole.`,
    }
  }
  return {
    seen: 'It is opaque: no JWT, so that nothing can be read from it.',
    advice:
      'Have the issuer make JWT access tokens for this API. Auth0: send `audience` in the token request. Ory Hydra: set strategies.access_token to jwt. Zitadel: set the access token type of the client to JWT.',
  }
}

function toAlgorithm(refused: RefusedToken): Advice {
  const alg = header(refused, 'alg')
  const { algorithms } = refused.policy
  const isSecret = typeof alg === 'string' && /^(?:hs\d+|none)$/i.test(alg)
  const auth0 = refused.preset === 'auth0' ? ' Auth0: signing algorithm, in the settings of the API.' : ''
  return {
    seen: `alg in its header is ${show(alg)}, and ${toSeries(algorithms, 'or')} ${algorithms.length === 1 ? 'is' : 'are'} accepted.`,
    advice: isSecret
      ? `Have the issuer sign with a key pair: whoever can check this one could also make it.${auth0}`
      : `Have the issuer sign with ${toSeries(algorithms, 'or')}, or set ISSUER_PRESET to what ISSUER is.${auth0}`,
  }
}

function toDated(refused: RefusedToken, name: 'exp' | 'nbf' | 'iat', advice: string): Advice {
  const value = claim(refused, name)
  const moment = toMoment(value, refused.nowMs)
  if (moment !== undefined) return { seen: `${name} is ${moment.at}, ${moment.distance}.`, advice }
  return {
    seen: value === undefined ? `It has no ${name}.` : `${name} is ${show(value)}, which is no date.`,
    advice: `Have the issuer set ${name} to a number of seconds since 1970.`,
  }
}

function toAudience(refused: RefusedToken): Advice {
  const aud = claim(refused, 'aud')
  const { audiences } = refused.policy
  if (audiences === null) {
    return {
      seen: 'It names no audience, no client is named in CLIENT_IDS, and it grants no scope of this API.',
      advice: 'Set CLIENT_IDS to the clients that may call.',
    }
  }
  return {
    seen: `aud is ${aud === undefined ? 'missing' : show(aud)}, and AUDIENCE is ${toSeries(audiences, 'or')}.`,
    advice: toAudienceAdvice(refused, aud),
  }
}

function toTokenKind(refused: RefusedToken): Advice {
  const foreign = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'].filter(
    (name) => claim(refused, name) !== undefined,
  )
  const other = Object.entries(refused.policy.requiredClaims).find(
    ([name, values]) => !values.some((value) => claim(refused, name) === value),
  )
  return {
    seen:
      other && foreign.length === 0
        ? `${other[0]} is ${show(claim(refused, other[0]))}; access tokens of ${refused.preset} have ${toSeries(other[1], 'or')}.`
        : `It has ${toSeries(foreign, 'and')}, as ID tokens and logout tokens have and access tokens have not.`,
    advice: 'Send the access_token of the token response, not its id_token or refresh_token.',
  }
}

function clientOf(refused: RefusedToken): unknown {
  const name = refused.policy.clientIdFrom.find((candidate) => claim(refused, candidate) !== undefined)
  return name === undefined ? undefined : claim(refused, name)
}
