import type { IssuerPreset } from '../auth/issuer-preset.js'
import type { TokenError } from '../sdk/errors.js'
import { toFetchFailure } from './fetch-failure.js'
import type { Advice } from './refused-token.js'

export interface TokenErrorContext {
  readonly preset: IssuerPreset
  readonly isEmbedded: boolean
  /** Scopes that were asked for. `undefined`: none were named. */
  readonly scopes: readonly string[] | undefined
}

/** Why no token could be fetched, and what to change. */
export function toTokenErrorAdvice(error: TokenError, context: TokenErrorContext): Advice {
  const { code } = error
  const cause = error.cause === undefined ? '' : `: ${toFetchFailure(error.cause)}`
  const seen = `${error.message}${cause}.`
  if (code !== 'refused') return { seen, advice: toUnansweredAdvice(code, context) }
  const known =
    error.error !== undefined && Object.hasOwn(refused, error.error) ? refused[error.error] : undefined
  return {
    seen,
    advice:
      known?.(context) ??
      'Look at what it says, and at its log. DEFAULT_SCOPE and the client are what it was sent.',
  }
}

function toUnansweredAdvice(
  code: Exclude<TokenError['code'], 'refused'>,
  { isEmbedded }: TokenErrorContext,
): string {
  switch (code) {
    case 'unreachable':
      return isEmbedded
        ? 'Start it with `npm run dev`, or set ISSUER in .env to an authorization server of yours.'
        : 'See that it runs, and that it can be reached from here.'
    case 'metadata':
      return '`npm run gatehouse -- doctor` looks into it.'
    case 'malformed':
      return 'Have it answer with an access token of the type Bearer (RFC 6749 section 5.1).'
  }
}

/** By the `error` of the answer (RFC 6749 section 5.2, RFC 8707 section 2). */
const refused: Readonly<Record<string, (context: TokenErrorContext) => string>> = {
  invalid_client: ({ isEmbedded }) =>
    isEmbedded
      ? 'Unset TEST_CLIENT_ID and TEST_CLIENT_SECRET in .env, or start `npm run dev` again, which takes them on.'
      : 'Correct TEST_CLIENT_ID and TEST_CLIENT_SECRET in .env, and allow the client client_secret_basic.',
  unauthorized_client: () => 'Allow the client the client credentials grant, at the authorization server.',
  access_denied: ({ preset }) =>
    preset === 'auth0'
      ? 'Authorize the application for the API: Auth0, APIs, Machine to Machine Applications.'
      : 'Allow the client this API, at the authorization server.',
  unsupported_grant_type: () => 'Turn the client credentials grant on, at the authorization server.',
  invalid_scope: ({ preset, scopes }) => {
    if (preset === 'entra' || preset === 'entra-v1')
      return 'Set DEFAULT_SCOPE in .env to the API with /.default behind it.'
    return scopes === undefined
      ? 'Set DEFAULT_SCOPE in .env to scopes that the client may have: this authorization server wants them named.'
      : `Allow the client ${scopes.join(' ')}, at the authorization server, or change DEFAULT_SCOPE in .env.`
  },
  invalid_target: () => 'Set AUDIENCE in .env to what the authorization server calls this API.',
}
