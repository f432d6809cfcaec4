import { describe, expect, it } from 'vitest'
import { createEnvironmentReader } from '../../../src/config/environment-reader.js'

describe('createEnvironmentReader', () => {
  it('takes whole numbers within the bounds, both included', () => {
    const env = { LOW: '1', HIGH: '10', BELOW: '0', ABOVE: '11' }
    const read = createEnvironmentReader(env, () => '')
    expect(Object.keys(env).map((name) => read.integer(name, 1, 10))).toEqual([1, 10, undefined, undefined])
    expect(read.mistakes).toEqual([
      { name: 'BELOW', message: 'is "0": give a whole number from 1 to 10, in digits' },
      { name: 'ABOVE', message: 'is "11": give a whole number from 1 to 10, in digits' },
    ])
  })
})
