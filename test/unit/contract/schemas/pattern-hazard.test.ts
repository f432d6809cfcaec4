import { describe, expect, it } from 'vitest'
import { findHazard } from '../../../../src/contract/schemas/pattern-hazard.js'
import { createPatterns } from '../../../../src/contract/schemas/pattern.js'
import { testedSchema } from '../../../support/schemas.js'

const harmless = [
  String.raw`^[a-z]+$`,
  String.raw`^[a-z0-9-]{1,64}$`,
  String.raw`^[A-Z]{3}-\d{4}$`,
  String.raw`\.ya?ml$`,
  String.raw`^x-`,
  String.raw`\S`,
  String.raw`[0-9]+`,
  String.raw`^\d+(\.\d+)?$`,
  String.raw`^[^@]+@[^@]+$`,
  String.raw`^([a-z]+-)*[a-z]+$`,
  String.raw`^(?:[a-z0-9]+(?:[-_.][a-z0-9]+)*)$`,
  String.raw`^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`,
  String.raw`^(?=.*[A-Z])(?=.*\d).{8,}$`,
  String.raw`^(?!.*--)[a-z0-9-]+$`,
  String.raw`^(\d{1,3}\.){3}\d{1,3}$`,
  String.raw`^sha256:[a-f0-9]{64}$`,
  String.raw`prefix_[a-zA-Z0-9]{32}`,
  String.raw`^[a-z]{1,64}[a-z0-9]{1,64}$`,
  String.raw`^.{0,100}x.{0,100}$`,
  String.raw`^[^]*[^]*$`,
  String.raw`^/[^/]+(/[^/]+)*$`,
  String.raw`^\s*\S.*$`,
  String.raw`^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$`,
]

const doubling = [
  String.raw`^(a+)+$`,
  String.raw`^(?:a|a)*$`,
  String.raw`^(a|b|ab)*c$`,
  String.raw`^(\w+\s?)*$`,
  String.raw`^((ab)*)+$`,
  String.raw`^(x+x+)+y$`,
  String.raw`^([a-z0-9]+[-_.]?)+$`,
  String.raw`^(([a-z])+.)+[A-Z]([a-z])+$`,
  String.raw`^(a{1,30}){1,30}$`,
  String.raw`^(a?){30}a{30}$`,
  String.raw`^(.*?,){11}P`,
  String.raw`^(?=(a+)+$)b`,
]

const growing = [
  String.raw`[a-z]+$`,
  String.raw`\d+$`,
  String.raw`^\s+|\s+$`,
  String.raw`[a-z]+_token_[0-9]+`,
  String.raw`^.*.*$`,
  String.raw`^.+@.+\..+$`,
  String.raw`^.*foo.*bar.*$`,
  String.raw`^\w+([-+.']\w+)*@\w+([-.]\w+)*\.\w+([-.]\w+)*$`,
  String.raw`\S+(?=:)`,
  String.raw`(=)[\s\S]*(?=\]$)`,
  String.raw`(?=.*x)y`,
  String.raw`(["'])(?:(?!\1)[^\\]|\\.)*\1`,
  String.raw`^[a-z]{0,1000}[a-z0-9]{0,1000}$`,
]

describe('an expression is told harmful where a text can make it backtrack without end', () => {
  it.each(harmless)('not %s', (source) => {
    expect(findHazard(new RegExp(source))).toBeUndefined()
  })

  it.each(doubling)('%s doubles the work with every character', (source) => {
    const hazard = findHazard(new RegExp(source))
    expect(hazard?.message).toContain('doubles')
    expect(hazard?.isHarmlessUpTo(64)).toBe(false)
  })

  it.each(growing)('%s grows with a power of the length', (source) => {
    const hazard = findHazard(new RegExp(source))
    expect(hazard?.message ?? '').toMatch(/to the power of|doubles/)
  })

  it('is right about what an engine does', () => {
    const msOf = (source: string, text: string): number => {
      const expression = new RegExp(source)
      const before = performance.now()
      expression.test(text)
      return performance.now() - before
    }
    expect(msOf('^(a|b|ab)*c$', 'ab'.repeat(13))).toBeGreaterThan(5 * msOf('^(?:a|b)*c$', 'ab'.repeat(13)))
  })

  it('gives up on what is too large, and says so', () => {
    const hazard = findHazard(new RegExp(`^(?:${'[a-z]?'.repeat(1_500)})*$`))
    expect(hazard?.message).toContain('too large')
  })
})

describe('a short text can do no harm', () => {
  it.each([
    { pattern: '[a-z]+$', maxLength: 256, want: [] },
    { pattern: '[a-z]+$', maxLength: 257, want: ['vulnerable-pattern'] },
    { pattern: String.raw`^.+@.+\..+$`, maxLength: 16, want: [] },
    { pattern: String.raw`^.+@.+\..+$`, maxLength: 64, want: ['vulnerable-pattern'] },
    { pattern: '^(a+)+$', maxLength: 8, want: [] },
    { pattern: '^(a+)+$', maxLength: 16, want: ['vulnerable-pattern'] },
  ])('$pattern of at most $maxLength characters: $want', ({ pattern, maxLength, want }) => {
    expect(testedSchema({ pattern, maxLength }).defects.map(({ code }) => code)).toEqual(want)
  })

  it('because a long one is never held against the expression', () => {
    const { findings } = testedSchema({ pattern: '^(a+)+$', maxLength: 8 })
    const before = performance.now()
    expect(findings(`${'a'.repeat(40)}b`)).toEqual(['maxLength'])
    expect(performance.now() - before).toBeLessThan(100)
  })
})

describe('expressions are compiled', () => {
  const { compile } = createPatterns()

  it.each([
    { source: String.raw`^\p{Lu}$`, text: 'Ä', want: true },
    { source: '^.$', text: '👍', want: true },
    // Written for engines without the flag, which forbids escapes that nothing needs.
    { source: String.raw`^[\w\-]+\@$`, text: 'a-b@', want: true },
    { source: String.raw`^\-$`, text: '+', want: false },
  ])('with the u flag where they can be, else without: $source', ({ source, text, want }) => {
    expect(compile(source).regexp?.test(text)).toBe(want)
  })

  it('once each', () => {
    expect(compile('^a+$')).toBe(compile('^a+$'))
  })

  it('or not at all where they are none', () => {
    expect(compile('(')).toMatchObject({
      regexp: undefined,
      message: expect.stringContaining('Unterminated'),
    })
  })

  it('a thousand different ones in a moment', () => {
    const patterns = createPatterns()
    const before = process.cpuUsage()
    for (let index = 0; index < 1_000; index++) patterns.compile(`^([a-z${index}]+-)*[a-z]{1,${index + 1}}$`)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(5_000)
  })
})
