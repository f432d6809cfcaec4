import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify, stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'

import { toBanner, type BannerFacts } from '../../../src/dev/banner.js'

const facts: BannerFacts = {
  title: 'Gatehouse Inventory',
  version: '0.1.0',
  url: 'http://127.0.0.1:3000',
  docsPath: '/docs',
  issuer: 'http://127.0.0.1:9000',
  embedded: {
    tokenEndpoint: 'http://127.0.0.1:9000/token',
    credentials: { clientId: 'dev-client', clientSecret: 'c2VjcmV0' },
  },
  callPath: '/v1/whoami',
  wantsProof: false,
}

const linesToPaste = (banner: string) => banner.split('\n').filter((line) => /^ {2}(TOKEN=|curl )/.test(line))

describe('the banner', () => {
  it('says where things are, and gives two lines to paste', () => {
    expect(toBanner(facts)).toBe(
      [
        '',
        '  Gatehouse Inventory 0.1.0',
        '',
        '  Service  http://127.0.0.1:3000',
        '  Docs     http://127.0.0.1:3000/docs',
        '  Issuer   http://127.0.0.1:9000  embedded, for development only',
        '',
        '  Two lines for another terminal: get an access token, and call.',
        '',
        String.raw`  TOKEN=$(curl -s -u dev-client:c2VjcmV0 -d grant_type=client_credentials http://127.0.0.1:9000/token | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')`,
        '  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/v1/whoami',
        '',
        '',
      ].join('\n'),
    )
  })

  it('differs in colours by nothing but colours', () => {
    const coloured = toBanner(facts, { colors: true })
    expect(coloured).not.toBe(toBanner(facts))
    expect(stripVTControlCharacters(coloured)).toBe(toBanner(facts))
    expect(linesToPaste(coloured)).toHaveLength(2)
  })

  it('gives one line to paste where a token is of no use without a proof, which curl cannot make', () => {
    const banner = toBanner({ ...facts, wantsProof: true })
    expect(banner).toMatch(/\n {2}One line .*\n\n {2}npm run call\n\n$/)
    expect(linesToPaste(banner)).toEqual([])
  })

  it('has no line about documentation that is not served', () => {
    expect(toBanner({ ...facts, docsPath: undefined })).not.toContain('Docs')
  })

  it('leaves credentials of another authorization server where they are', () => {
    const banner = toBanner({
      ...facts,
      issuer: 'https://example.okta.com/oauth2/default',
      embedded: undefined,
    })
    expect(banner).toContain('  Issuer   https://example.okta.com/oauth2/default\n')
    expect(linesToPaste(banner)).toEqual([
      '  TOKEN=$(npm run --silent call -- --token)',
      '  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3000/v1/whoami',
    ])
  })
})

describe.skipIf(process.platform === 'win32')('the line that gets an access token', () => {
  it.each([
    {
      credentials: { clientId: 'dev-client', clientSecret: 'c2VjcmV0-_' },
      answer: '{"access_token":"a.b-c_d","expires_in":60}',
    },
    {
      credentials: { clientId: 'a:b', clientSecret: "it's $HOME & `more` 100% +1" },
      answer: '{"access_token":"a.b-c_d"}',
    },
    {
      credentials: { clientId: 'dev-client', clientSecret: 'x' },
      answer: '{\n  "token_type": "Bearer",\n  "access_token": "a.b-c_d"\n}',
    },
  ])('works in a shell for $credentials', async ({ credentials, answer }) => {
    let received: string | undefined
    const server = createServer((request, response) => {
      received = request.headers.authorization
      response.end(answer)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const tokenEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    const [line = ''] = linesToPaste(toBanner({ ...facts, embedded: { tokenEndpoint, credentials } }))
    try {
      const { stdout } = await promisify(execFile)('sh', ['-c', `${line}; printf %s "$TOKEN"`])
      expect(stdout).toBe('a.b-c_d')
    } finally {
      server.close()
    }
    // RFC 6749 section 2.3.1: both parts are form-encoded.
    const parts = Buffer.from(received?.replace('Basic ', '') ?? '', 'base64')
      .toString()
      .split(':')
    const decoded = parts.map((part) => new URLSearchParams(`x=${part}`).get('x'))
    expect(decoded).toEqual([credentials.clientId, credentials.clientSecret])
  })
})
