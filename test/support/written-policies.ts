import { readFileSync } from 'node:fs'
import type { AccessTokenPolicyInput } from '../../src/auth/policy.js'

/** The policies that .github/ISSUERS.md writes out, run as they are printed. */
export async function readPolicies(): Promise<Readonly<Record<string, AccessTokenPolicyInput>>> {
  const text = readFileSync(new URL('../../.github/ISSUERS.md', import.meta.url), 'utf8')
  const [, code = ''] = /```js\n(export const policies = [^]*?)```/.exec(text) ?? []
  const module = (await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  )) as { policies: Readonly<Record<string, AccessTokenPolicyInput>> }
  return module.policies
}
