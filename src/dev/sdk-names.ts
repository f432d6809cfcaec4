import { toObject } from './bundled-document.js'
import { DevelopmentError } from './development-error.js'

/** Names of the SDK that `info.x-sdk` gives, each with a default made of `info.title`. */
export interface SdkNames {
  /** npm package, e.g. `@acme/orders-client`. */
  readonly packageName: string
  /** Type of the client; its factory is `create` and this name. */
  readonly client: string
  /** Environment variables begin with it and an underscore. */
  readonly environmentPrefix: string
  /** Version of the package, `info.version`. */
  readonly version: string
}

const rules = {
  // https://docs.npmjs.com/cli/configuring-npm/package-json#name
  packageName: /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
  client: /^[A-Z][A-Za-z0-9]*$/,
  environmentPrefix: /^[A-Z][A-Z0-9_]*$/,
  version: /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
} as const

const examples = {
  packageName: "`info.x-sdk.name` must be a name for npm, such as '@acme/orders-client'",
  client: '`info.x-sdk.client` must be the name of a type, such as OrdersClient',
  environmentPrefix: '`info.x-sdk.environmentPrefix` must be upper case, such as ORDERS',
  version: '`info.version` is the version of the SDK, and npm wants three numbers, such as 1.0.0',
} as const

/** Throws `DevelopmentError` that names each member that cannot be used, and what would do. */
export function readSdkNames(info: unknown): SdkNames {
  const { title, version, 'x-sdk': given = {} } = toObject(info)
  const { name, client, environmentPrefix, ...others } = toObject(given)
  const words = String(title)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
  const names = {
    packageName: name ?? [...words, 'client'].join('-').toLowerCase(),
    client: client ?? [...words, 'Client'].map(capitalize).join(''),
    environmentPrefix: environmentPrefix ?? words.join('_').toUpperCase(),
    version,
  }
  const faults = (Object.keys(rules) as (keyof SdkNames)[])
    .filter((key) => typeof names[key] !== 'string' || !rules[key].test(names[key]))
    .map((key) => `${examples[key]}: it is ${JSON.stringify(names[key])}`)
  for (const key of Object.keys(others)) {
    faults.push(`\`info.x-sdk.${key}\` has no meaning: there are name, client and environmentPrefix`)
  }
  if (faults.length > 0) throw new DevelopmentError('document', faults.join('\n'))
  return names as SdkNames
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
