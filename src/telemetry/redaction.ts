/** Names of members whose values never reach a log. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'dpop',
  'cookie',
  'set-cookie',
  'client_secret',
  'clientSecret',
  'client_assertion',
  'access_token',
  'accessToken',
  'registration_access_token',
  'password',
])

const censor = '[redacted]'

/** How deep log lines nest here; it also bounds what a value that holds itself costs. */
const deepest = 3

type Fields = Readonly<Record<string, unknown>>

/** The same fields where there is no secret in them, else a copy without. */
export function withoutSecrets(fields: Fields, depth = 1): Fields {
  let censored: Record<string, unknown> | undefined
  for (const name in fields) {
    const value = fields[name]
    const told = value !== undefined && secretNames.has(name) ? censor : inside(value, depth)
    if (told === value) continue
    censored ??= Array.isArray(fields) ? ([...fields] as unknown as Record<string, unknown>) : { ...fields }
    censored[name] = told
  }
  return censored ?? fields
}

function inside(value: unknown, depth: number): unknown {
  const isOpaque = typeof value !== 'object' || value === null || ArrayBuffer.isView(value)
  return isOpaque || depth === deepest ? value : withoutSecrets(value as Fields, depth + 1)
}
