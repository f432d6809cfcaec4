import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { maxTokenLength, readPresentedToken, type TokenReading } from '../../../src/auth/presented-token.js'
import { requestWith } from '../../support/authenticator-request.js'

describe('readPresentedToken', () => {
  const absent: TokenReading = { kind: 'absent' }
  const syntax = (code: string, authScheme?: string): unknown => ({
    kind: 'syntax',
    code,
    ...(authScheme && { authScheme }),
  })
  const sent = (token: string, authScheme = 'Bearer'): unknown => ({ kind: 'token', authScheme, token })
  const longest = 'a'.repeat(maxTokenLength)

  it.each<{ title: string; given: readonly string[]; want: unknown }>([
    { title: 'no header', given: [], want: absent },
    { title: 'another scheme', given: ['Basic dXNlcjpwYXNz'], want: absent },
    { title: 'a scheme that only begins alike', given: ['BearerToken abc'], want: absent },
    { title: 'a scheme that continues with a token character', given: ['Bearer-2 abc'], want: absent },
    { title: 'a scheme that only begins like DPoP', given: ['DPoPx abc'], want: absent },
    { title: 'a DPoP-bound token', given: ['DPoP abc'], want: sent('abc', 'DPoP') },
    { title: 'the DPoP scheme in lower case', given: ['dpop abc'], want: sent('abc', 'DPoP') },
    { title: 'the DPoP scheme in upper case', given: ['DPOP abc'], want: sent('abc', 'DPoP') },
    { title: 'the DPoP scheme without a token', given: ['DPoP '], want: syntax('empty', 'DPoP') },
    {
      title: 'two tokens of the DPoP scheme',
      given: ['DPoP abc def'],
      want: syntax('characters', 'DPoP'),
    },
    { title: 'two schemes', given: ['DPoP abc', 'Bearer abc'], want: syntax('repeated_header') },
    {
      title: 'one token',
      given: ['Bearer abc.def-g_h~i+j/k=='],
      want: sent('abc.def-g_h~i+j/k=='),
    },
    { title: 'the scheme in lower case', given: ['bearer abc'], want: sent('abc') },
    { title: 'the scheme in mixed case', given: ['bEARER abc'], want: sent('abc') },
    {
      title: 'several spaces (RFC 9110: 1*SP)',
      given: ['Bearer   abc'],
      want: sent('abc'),
    },
    { title: 'the longest token', given: [`Bearer ${longest}`], want: sent(longest) },
    { title: 'a longer token', given: [`Bearer ${longest}a`], want: syntax('too_long', 'Bearer') },
    { title: 'an empty header', given: [''], want: syntax('empty') },
    { title: 'no token', given: ['Bearer'], want: syntax('empty', 'Bearer') },
    { title: 'only spaces for a token', given: ['Bearer   '], want: syntax('empty', 'Bearer') },
    { title: 'a tab before the token', given: ['Bearer\tabc'], want: syntax('characters', 'Bearer') },
    { title: 'a slash after the scheme', given: ['Bearer/abc'], want: syntax('characters', 'Bearer') },
    { title: 'a colon after the scheme', given: ['Bearer: abc'], want: syntax('characters', 'Bearer') },
    { title: 'a quoted token', given: ['Bearer "abc"'], want: syntax('characters', 'Bearer') },
    { title: 'two tokens', given: ['Bearer abc def'], want: syntax('characters', 'Bearer') },
    {
      title: 'two credentials in one field',
      given: ['Bearer abc, Bearer def'],
      want: syntax('characters', 'Bearer'),
    },
    { title: 'padding within the token', given: ['Bearer a=bc'], want: syntax('characters', 'Bearer') },
    { title: 'padding alone', given: ['Bearer =='], want: syntax('characters', 'Bearer') },
    { title: 'a trailing space', given: ['Bearer abc '], want: syntax('characters', 'Bearer') },
    { title: 'a control character', given: ['Bearer abc\u0000'], want: syntax('characters', 'Bearer') },
    { title: 'a letter beyond ASCII', given: ['Bearer abcé'], want: syntax('characters', 'Bearer') },
    { title: 'two headers', given: ['Bearer abc', 'Bearer abc'], want: syntax('repeated_header') },
    {
      title: 'two headers of other schemes',
      given: ['Basic abc', 'DPoP abc'],
      want: syntax('repeated_header'),
    },
    { title: 'a second, empty header', given: ['Bearer abc', ''], want: syntax('repeated_header') },
  ])('reads $title as $want.kind', ({ given, want }) => {
    expect(readPresentedToken(requestWith(...given))).toEqual(want)
  })

  it.each([
    { given: '/items?access_token=abc', want: 'syntax' },
    { given: '/items?limit=1&access_token=', want: 'syntax' },
    { given: '/items?access%5Ftoken=abc', want: 'syntax' },
    { given: '/items?%61ccess_token=abc', want: 'syntax' },
    { given: 'http://host/items?access_token=abc', want: 'syntax' },
    { given: '/items?my_access_token=abc', want: 'token' },
    { given: '/items?q=access_token', want: 'token' },
    { given: '/items?q=100%', want: 'token' },
    { given: '/access_token=abc', want: 'token' },
    { given: undefined, want: 'token' },
  ])('takes $given for $want, whatever the header says', ({ given, want }) => {
    const { headersDistinct } = requestWith('Bearer abc')
    expect(readPresentedToken({ url: given, headersDistinct }).kind).toBe(want)
  })

  it('sees both of two Authorization fields on the wire, where Node shows one in `headers`', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization, readPresentedToken(request))
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.end(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer good\r\nauthorization: Bearer other\r\n\r\n',
    )
    await text(socket)
    await new Promise((resolve) => server.close(resolve))
    expect(seen).toEqual(['Bearer good', { kind: 'syntax', code: 'repeated_header' }])
  })

  it('takes no time to speak of for a field that is nothing but spaces', () => {
    const started = performance.now()
    readPresentedToken(requestWith(`Bearer${' '.repeat(100_000)}"`))
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
