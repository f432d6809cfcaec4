import { ec, evil, gate, refuseAll, type Attack } from '../support/attacked-operations.js'
import {
  claiming,
  everyScope,
  goodHeader,
  inArray,
  inherited,
  noScope,
  seconds,
  token,
  writing,
} from '../support/attackers-tokens.js'
import { documentedScopes } from '../support/example-requests.js'
import { signToken } from '../support/keys.js'

const claims: readonly Attack[] = [
  { title: 'expired', token: () => token({ claims: { exp: seconds() - 60 } }), want: 'expired' },
  { title: 'exp missing (CVE-2026-45069)', token: claiming({ exp: undefined }), want: 'expired' },
  { title: 'exp in text', token: () => token({ claims: { exp: String(seconds() + 300) } }), want: 'expired' },
  { title: 'exp 1e400', token: writing('exp', '1e400'), want: 'expired' },
  { title: 'exp negative', token: claiming({ exp: -1 }), want: 'expired' },
  { title: 'exp null', token: claiming({ exp: null }), want: 'expired' },
  { title: 'nbf ahead', token: () => token({ claims: { nbf: seconds() + 120 } }), want: 'not_yet_valid' },
  { title: 'nbf -1e400', token: writing('nbf', '-1e400'), want: 'not_yet_valid' },
  { title: 'iat ahead', token: () => token({ claims: { iat: seconds() + 120 } }), want: 'issued_at' },
  { title: 'iat missing (CVE-2026-45069)', token: claiming({ iat: undefined }), want: 'issued_at' },
  { title: 'iss missing (CVE-2026-45069)', token: claiming({ iss: undefined }), want: 'issuer' },
  {
    title: 'iss an array with the issuer (CVE-2025-30144)',
    token: () => token({ claims: { iss: [gate.issuer.issuer] } }),
    want: 'issuer',
  },
  {
    title: 'iss an array with the issuer and the attacker, by whom it is signed (CVE-2025-30144)',
    token: () => token({ claims: { iss: [gate.outsider.issuer, gate.issuer.issuer] }, key: evil }),
    want: 'issuer',
  },
  {
    title: 'iss a prefix',
    token: () => token({ claims: { iss: gate.issuer.issuer.slice(0, -1) } }),
    want: 'issuer',
  },
  {
    title: 'iss with a suffix',
    token: () => token({ claims: { iss: `${gate.issuer.issuer}/` } }),
    want: 'issuer',
  },
  {
    title: 'iss in another case',
    token: () => token({ claims: { iss: gate.issuer.issuer.toUpperCase() } }),
    want: 'issuer',
  },
  {
    title: 'iss of the attacker, who has keys at the address of the issuer’s',
    token: () => gate.outsider.token({ claims: { scope: everyScope } }),
    want: 'issuer',
  },
  { title: 'iss __proto__', token: claiming({ iss: '__proto__' }), want: 'issuer' },
  { title: 'aud missing (CVE-2026-45069)', token: claiming({ aud: undefined }), want: 'audience' },
  { title: 'aud []', token: claiming({ aud: [] }), want: 'audience' },
  {
    title: 'aud nested',
    token: () => token({ claims: { aud: [[gate.issuer.audience]] } }),
    want: 'audience',
  },
  { title: 'aud a number', token: claiming({ aud: 7 }), want: 'audience' },
  {
    title: 'aud an object',
    token: () => token({ claims: { aud: { [gate.issuer.audience]: true } } }),
    want: 'audience',
  },
  { title: 'aud of another API', token: claiming({ aud: 'https://other.test' }), want: 'audience' },
  {
    title: 'aud a prefix',
    token: () => token({ claims: { aud: gate.issuer.audience.slice(0, -1) } }),
    want: 'audience',
  },
  { title: 'aud in __proto__', token: () => signToken(goodHeader(), inherited('aud'), ec), want: 'audience' },
  { title: 'no client (CVE-2026-45069)', token: claiming({ client_id: undefined }), want: 'client' },
  { title: 'a binding that nobody knows', token: claiming({ cnf: { kid: 'k' } }), want: 'confirmation' },
]

const scopes: readonly Attack[] = [
  { title: 'no scope', token: claiming({ scope: undefined }), want: noScope },
  { title: 'scope as an array', token: claiming({ scope: documentedScopes }), want: noScope },
  {
    title: 'scope as an object',
    token: claiming({ scope: Object.fromEntries(documentedScopes.map((s) => [s, true])) }),
    want: noScope,
  },
  { title: 'scope nested', token: claiming({ scope: [[everyScope]] }), want: noScope },
  { title: 'scope with tabs', token: claiming({ scope: documentedScopes.join('\t') }), want: noScope },
  { title: 'scope with commas', token: claiming({ scope: documentedScopes.join(',') }), want: noScope },
  { title: 'scope with two spaces', token: claiming({ scope: documentedScopes.join('  ') }), want: noScope },
  { title: 'scope in another case', token: claiming({ scope: everyScope.toUpperCase() }), want: noScope },
  {
    title: 'prefixes of scopes',
    token: claiming({ scope: documentedScopes.map((s) => s.slice(0, -1)).join(' ') }),
    want: noScope,
  },
  {
    title: 'longer scopes',
    token: claiming({ scope: documentedScopes.map((s) => `${s}:all`).join(' ') }),
    want: noScope,
  },
  { title: 'scope *', token: claiming({ scope: '* items:* *:write' }), want: noScope },
  {
    title: 'scope in __proto__',
    token: () => signToken(goodHeader(), inherited('scope'), ec),
    want: noScope,
  },
  {
    title: 'scp of an issuer that grants by scope',
    token: claiming({ scope: undefined, scp: documentedScopes }),
    want: noScope,
  },
  { title: 'scp ["__proto__"]', token: inArray({ scp: ['__proto__', 'constructor'] }), want: noScope },
  { title: 'scp nested', token: inArray({ scp: [documentedScopes] }), want: noScope },
  {
    title: 'scp with a member that is no text',
    token: inArray({ scp: [...documentedScopes, 7] }),
    want: noScope,
  },
  { title: 'scp with all scopes in one text', token: inArray({ scp: [everyScope] }), want: noScope },
  { title: 'scp as a text', token: inArray({ scp: everyScope }), want: noScope },
  { title: 'scope of an issuer that grants by scp', token: inArray({ scope: everyScope }), want: noScope },
]

refuseAll([...claims, ...scopes])
