import { parse } from 'dotenv'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { parseConfig } from '../../../src/config/parse-config.js'

const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')

/** Read by the commands for development alone. */
const development = ['DEFAULT_SCOPE', 'TEST_CLIENT_ID', 'TEST_CLIENT_SECRET', 'DEV_ISSUER_PORT']

function variablesRead(): readonly string[] {
  const names = new Set<string>()
  const env: Environment = { ISSUER: 'http://127.0.0.1:9000', AUDIENCE: 'api://inventory' }
  parseConfig(
    new Proxy(env, {
      get: (target, name) => {
        names.add(String(name))
        return target[String(name)]
      },
    }),
  )
  return [...names]
}

describe('.env.example', () => {
  it('has every variable that is read, and none beside', () => {
    const names = Object.keys(parse(text))
    expect(names.toSorted()).toEqual([...variablesRead(), ...development].toSorted())
  })

  it('begins with what an Okta application gives', () => {
    expect(Object.keys(parse(text)).slice(0, 4)).toEqual([
      'ISSUER',
      'DEFAULT_SCOPE',
      'TEST_CLIENT_ID',
      'TEST_CLIENT_SECRET',
    ])
  })

  it('sets nothing when it is copied as it is', () => {
    expect(Object.values(parse(text)).filter((value) => value !== '')).toEqual([])
  })
})
