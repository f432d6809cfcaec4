import { describe, expect, it } from 'vitest'
import { testedSchema } from '../../../support/schemas.js'

const table = [
  { format: 'int32', fits: [0, -2147483648, 2147483647, 'x'], refused: [2147483648, 1.5] },
  { format: 'int64', fits: [2 ** 63, -(2 ** 63)], refused: [2 ** 64, 0.5] },
  { format: 'uint8', fits: [0, 255], refused: [-1, 256] },
  { format: 'double', fits: [0.1], refused: [] },
  { format: 'date', fits: ['2024-02-29', 1], refused: ['2023-02-29', '2024-1-1'] },
  { format: 'date-time', fits: ['2024-02-29T23:59:60Z'], refused: ['2024-02-29T10:00:00', '2024-02-29'] },
  { format: 'time', fits: ['10:00:00Z'], refused: ['10:00'] },
  { format: 'duration', fits: ['P1DT2H'], refused: ['1d'] },
  { format: 'email', fits: ['a@example.com'], refused: ['a@'] },
  { format: 'hostname', fits: ['example.com'], refused: ['-example.com', 'a_b'] },
  { format: 'ipv4', fits: ['127.0.0.1'], refused: ['127.0.0.256', '1.2.3'] },
  { format: 'ipv6', fits: ['::1'], refused: ['::g'] },
  { format: 'uri', fits: ['https://example.com/a?b#c', 'urn:a:b'], refused: ['/a', 'a b'] },
  { format: 'uri-reference', fits: ['/a?b'], refused: ['a b'] },
  { format: 'url', fits: ['https://example.com/a'], refused: ['example.com', 'ftp:/x', 'http://a b'] },
  { format: 'uuid', fits: ['123e4567-e89b-12d3-a456-426614174000'], refused: ['123e4567'] },
  { format: 'regex', fits: ['^a+$'], refused: ['('] },
  { format: 'json-pointer', fits: ['', '/a~1b'], refused: ['a', '/~2'] },
  { format: 'byte', fits: ['', 'YQ==', 'YWJj'], refused: ['YQ', 'YQ==\n', '!!!!\n'] },
  { format: 'base64url', fits: ['YQ', 'YQ==', '-_-_'], refused: ['+/+/', 'Y'] },
  {
    format: 'http-date',
    fits: ['Sun, 06 Nov 1994 08:49:37 GMT'],
    refused: ['Sunday, 06-Nov-94 08:49:37 GMT'],
  },
  { format: 'char', fits: ['a', '👍'], refused: ['', 'ab'] },
  { format: 'password', fits: ['anything at all'], refused: [] },
  { format: 'binary', fits: ['\u0000'], refused: [] },
]

describe('formats are enforced', () => {
  it.each(table)('$format', ({ format, fits, refused }) => {
    const { findings, defects } = testedSchema({ format })
    expect(defects).toEqual([])
    for (const value of fits) expect(findings(value), String(value)).toEqual([])
    for (const value of refused) expect(findings(value), String(value)).toEqual(['format'])
  })

  it('a long text is looked through once', () => {
    const { findings } = testedSchema({ format: 'url' })
    const before = process.cpuUsage()
    findings(`ftp://172.30.3.56${'4.1.6.7:155'.repeat(20_000)}\u0000`)
    const { user } = process.cpuUsage(before)
    expect(user / 1_000).toBeLessThan(500)
  })
})
