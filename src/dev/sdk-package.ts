import { collectRequirements, type SecuredDocument } from './scopes-module.js'
import { readSdkNames, type SdkNames } from './sdk-names.js'
import { toObject, type BundledDocument } from './bundled-document.js'

/** Texts of the files that the SDK's package has beside what is compiled, by path. */
export function toPackageFiles(document: BundledDocument): Readonly<Record<string, string>> {
  const names = readSdkNames(document['info'])
  const { title, summary, license } = toObject(document['info'])
  const { identifier } = toObject(license)
  const manifest = {
    name: names.packageName,
    version: names.version,
    description: `Client of ${String(title)}${typeof summary === 'string' ? `: ${summary}` : ''}`,
    license: typeof identifier === 'string' ? identifier : 'SEE LICENSE IN LICENSE',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19.0' },
    files: ['lib'],
    exports: {
      '.': { types: './lib/generated/sdk/index.d.ts', default: './lib/generated/sdk/index.js' },
      './package.json': './package.json',
    },
  }
  return {
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'README.md': toReadme(document, names),
  }
}

function toReadme(document: BundledDocument, { packageName, client, environmentPrefix }: SdkNames): string {
  const { title, version } = toObject(document['info'])
  const rows = [...collectRequirements(document as SecuredDocument)].map(([id, requirements]) => {
    const scopes = requirements.map(
      (requirement) => Object.values(requirement).flat().join(' ') || 'any token',
    )
    return `| \`${id}\` | ${scopes.length === 0 ? 'none needed' : scopes.join(', or ')} |`
  })
  return `# ${packageName}

Client of ${String(title)} ${String(version)}, made of its OpenAPI document. No dependencies; runs on Node.js 20 and newer, Deno,
Bun and in browsers.

\`\`\`ts
import { create${client} } from '${packageName}'

const client = create${client}({
  baseUrl: 'https://api.example.com',
  issuer: 'https://issuer.example.com',
  clientId: 'my-service',
  clientSecret: '…',
})
\`\`\`

What is left out comes from the environment: \`${environmentPrefix}_BASE_URL\`, \`${environmentPrefix}_ISSUER\`,
\`${environmentPrefix}_CLIENT_ID\`, \`${environmentPrefix}_CLIENT_SECRET\` and \`${environmentPrefix}_SCOPES\` (separated by spaces).

Access tokens are fetched when they are needed, with the scopes that the operations in use need, kept, and renewed before they
end. With \`scopes\` the client is pinned to some: what they do not reach does not compile. In a browser, which can keep no
secret, give a \`tokenSource\` in place of the credentials.

Calls that may be repeated are, twice, after what passes: a broken connection, 408, 429, 500, 502, 503, 504. \`Retry-After\` is
obeyed. Where an operation takes an \`Idempotency-Key\`, each call has one of its own.

- \`await client.operation({ path, query, headers, body, signal })\` gives the body of the reply,
- \`.withResponse()\` the response beside it,
- \`.recover({ 404: (error) => …, default: (error) => … })\` answers every error that the operation declares,
- \`for await (const item of client.list())\` goes through all pages, \`.pages()\` page by page.

Bodies of lines are async iterables, to the service and from it, sent and read as they come. Browsers are an exception for what
is sent: Chromium streams a request over HTTP/2 alone, and where a browser does not stream at all the service refuses the body.

Errors are \`ApiError\` (narrowed by \`isApiError(error, operation)\` and its \`status\`), \`ConnectionError\`, \`TimeoutError\`,
\`TokenError\` and \`OptionsError\`; a call that is abandoned rejects with the reason of its signal,
and one whose iterable throws with what that throws.

## Operations

| operation | scopes |
| --- | --- |
${rows.join('\n')}
`
}
