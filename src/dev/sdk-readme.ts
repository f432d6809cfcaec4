import { isJsonObject } from '../contract/json-pointer.js'
import { operationsOf } from '../contract/operations/path-item.js'
import type { SecurityRequirement, SecurityScheme } from '../contract/operations/security-requirement.js'
import { takesAccessTokens } from '../contract/operations/sender-constraint.js'
import { resolveReference, toObject, type BundledDocument } from './bundled-document.js'
import { findCalls } from './sdk-modules.js'
import type { SdkNames } from './sdk-names.js'

/** What a caller reads of the SDK. `calls` is the text of the generated `sdk.gen.ts`, which names the methods. */
export function toReadme(document: BundledDocument, names: SdkNames, calls: string): string {
  const { packageName, client, environmentPrefix: prefix } = names
  const { title, version } = toObject(document['info'])
  return `# ${packageName}

Client of ${String(title)} ${String(version)}, made of its OpenAPI document. No dependencies; runs on Node.js 20 and newer, Deno,
Bun and in browsers. An ES module; for TypeScript, the types of \`fetch\` must be there: \`@types/node\` or the library \`DOM\`.

\`\`\`ts
import { create${client}, isApiError } from '${packageName}'

const client = create${client}({
  baseUrl: 'https://api.example.com',
  issuer: 'https://issuer.example.com',
  clientId: 'my-service',
  clientSecret: '…',
})
\`\`\`

Make one and keep it: it holds the access tokens. What is left out comes from the environment: \`${prefix}_BASE_URL\`,
\`${prefix}_ISSUER\`, \`${prefix}_CLIENT_ID\`, \`${prefix}_CLIENT_SECRET\` or \`${prefix}_PRIVATE_KEY\` (with
\`${prefix}_KEY_ID\` and \`${prefix}_KEY_ALGORITHM\`), and \`${prefix}_SCOPES\` (separated by spaces).

## Calls

A call takes \`{ path, query, headers, body }\`, as far as the operation has them, and gives the body of the reply: JSON is
parsed, anything that is neither JSON nor text is a \`Blob\`, and no body is \`undefined\`. Numbers are those of JavaScript: an integer
beyond 2^53, which \`int64\` allows, loses its last digits.

| | |
| --- | --- |
| \`await client.getThing({ path: { id } })\` | the body of the reply |
| \`….withResponse()\` | \`{ body, response }\`: status and header fields beside it |
| \`….recover({ 404: () => undefined, default: (error) => … })\` | answers every error that the operation declares |
| \`for await (const thing of client.listThings())\` | all entries of all pages; \`.pages()\` page by page |
| \`for await (const line of await client.exportThings())\` | line-delimited JSON, as it arrives |
| \`client.importThings({ body: lines })\` | lines from an array or any (async) iterable, as fast as they are sent |
| \`client.uploadThing({ body: { file: new Blob([…]) } })\` | a form with files |

\`signal\`, \`timeoutMs\` (all attempts, 120,000), \`attemptTimeoutMs\` (30,000; of a stream: until it begins), \`retries\` (2)
and \`traceparent\` go beside them, for one call; all but the signal are options of the client too. Requests for a token are repeated
by the client's \`retries\` alone, since calls share them. \`onRequest\`,
\`onResponse\` and \`onRetry\` are options that are told of each attempt, for logs and metrics; never a token.

Calls that may be repeated are, after what passes: a broken connection, a timeout, 408, 429, 500, 502, 503, 504.
\`Retry-After\` is obeyed. Where an operation takes an \`Idempotency-Key\`, each call has one of its own, the same for each
attempt; give the header to repeat a call later, or from another process.

Lines are sent and read as they come. Browsers are an exception for what is sent: Chromium streams a request over HTTP/2 alone, and
where a browser does not stream at all the service refuses the body.

## Errors

\`\`\`ts
try {
  await client.createThing({ body })
} catch (error) {
  if (!isApiError(error, 'createThing')) throw error
  if (error.status === 409) console.log(error.problem?.type)
}
\`\`\`

| error | when | to look at |
| --- | --- | --- |
| \`ApiError\` | The service answered with an error. | \`status\`, \`problem\` (\`undefined\` where something in between answered), \`errors\`, \`requestId\`, \`retryAfterSeconds\` |
| \`ConnectionError\`, \`TimeoutError\` | No answer; whether the service did it is not known. | \`cause\` |
| \`TokenError\` | No access token to be had. | \`code\`, \`error\` of the authorization server |
| \`OptionsError\` | The client is set up wrongly. | its message, which says what to do |

\`isApiError(error, method)\` narrows the type of \`problem\` by \`status\`. A call whose signal is aborted rejects with the
reason of the signal, and one whose iterable throws with what that throws.

## Access tokens

They are fetched when they are needed, with the scopes that the operations in use need, and renewed before they end. With
\`scopes: ['…']\` the client is pinned to some: what they do not reach does not compile, nor does a scope that no operation needs.
Further options:

- \`privateKey\` in place of the secret (private_key_jwt): PKCS #8 in PEM, or a JWK. With it \`keyId\`, and
  \`assertionAudience: 'token_endpoint'\` for Okta and Entra ID.
- \`dpop: true\`: tokens are bound to a key that the client makes (RFC 9449).
- \`audience\` (Auth0), \`resource\` (RFC 8707), \`tokenScope\` (\`/.default\` of Entra ID), \`tokenParameters\`.
- \`secretIn: 'client_secret_post'\`, and \`tokenEndpoint\` where the issuer publishes no metadata.
- \`tokenSource\` in place of the credentials: \`createTokenSource\`, shared by several clients, or \`{ accessToken }\` of your
  own, as in a browser, which can keep no secret.
- \`headers\` for credentials that are no access tokens, such as an API key.

## Operations

The method, the operationId where that is another, and what a call needs.

| method | credentials |
| --- | --- |
${toRows(document, calls).join('\n')}
`
}

function toRows(document: BundledDocument, calls: string): readonly string[] {
  const generated = findCalls(calls)
  const rows: string[] = []
  for (const [path, pathItem] of Object.entries(toObject(document['paths']))) {
    if (!isJsonObject(pathItem)) continue
    for (const { method, value } of operationsOf(pathItem)) {
      const { operationId, security = document['security'] ?? [], deprecated } = value
      const name = generated.get(`${method} ${path}`)?.name
      if (name === undefined) continue
      const other =
        operationId === name
          ? ''
          : ` (\`${typeof operationId === 'string' ? operationId : `${method} ${path}`}\`)`
      const note = deprecated === true ? ', deprecated' : ''
      const needed = (security as readonly SecurityRequirement[]).map((one) => toCredentials(document, one))
      rows.push(
        `| \`${name}\`${other}${note} | ${needed.length === 0 ? 'none needed' : needed.join(', or ')} |`,
      )
    }
  }
  return rows.sort()
}

function toCredentials(document: BundledDocument, requirement: SecurityRequirement): string {
  const schemes = toObject(toObject(document['components'])['securitySchemes'])
  const needed = Object.entries(requirement).map(([name, scopes]) => {
    const scheme = resolveReference(document, schemes[name])
    if (takesAccessTokens(scheme as unknown as SecurityScheme)) return scopes.join(' ') || 'any access token'
    return scheme['type'] === 'apiKey'
      ? `an API key in the ${String(scheme['in'])} \`${String(scheme['name'])}\``
      : `\`${name}\``
  })
  return needed.length === 0 ? 'none needed' : needed.join(' and ')
}
