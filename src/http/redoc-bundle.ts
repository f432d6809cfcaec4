import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The one address outside that Redoc 2.5 loads from: the logo of its makers, below the menu. */
const logo = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const blank = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E"

/** The script of the installed Redoc, a global `Redoc`, made to load nothing from elsewhere. Throws like `toOffline`. */
export function readRedocBundle(): string {
  const file = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js')
  return toOffline(readFileSync(file, 'utf8'))
}

/**
 * Takes the outside address out of Redoc's script. Throws where it is not found as expected: then the installed
 * version is another one, and what it loads is unknown.
 */
export function toOffline(script: string): string {
  const offline = script.replaceAll(`"${logo}"`, `"${blank}"`)
  if (offline === script || offline.includes('cdn.redoc.ly')) {
    throw new Error(
      `the installed redoc does not load its logo from ${logo} as 2.5.4 does: check what its bundle loads, and correct src/http/redoc-bundle.ts`,
    )
  }
  // The map is not served.
  return offline.replace(/\/\/# sourceMappingURL=\S+\s*$/, '')
}
