import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from './program.js'
import { versions } from './versions.js'

/** An authorization server on disk, or why there is none. */
export type Installation = { readonly path: string } | { readonly missing: string }

const cache = fileURLToPath(new URL('../../node_modules/.cache/issuers/', import.meta.url))

/** For each of them, from nothing. Where it takes longer, the tests are skipped. */
const limitMs = 300_000

/** Maven fetches and unpacks the distribution. */
export function installKeycloak(): Promise<Installation> {
  return install(`keycloak-${versions.keycloak}`, 'Maven and Java 17', async (folder, run) => {
    const plugin = `org.apache.maven.plugins:maven-dependency-plugin:${versions.mavenDependencyPlugin}`
    const artifact = `org.keycloak:keycloak-quarkus-dist:${versions.keycloak}:zip`
    const options = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]
    await run(folder, 'mvn', '-B', '-q', '-ntp', `${plugin}:unpack`, ...options)
    const home = join(folder, `keycloak-${versions.keycloak}`)
    // Where Java is too old this fails now, and not as a failed test.
    await run(home, 'bin/kc.sh', '--version')
    return home
  })
}

/**
 * Go builds the server from its module. `go install` refuses a module that replaces others, and this one replaces a module
 * by a folder that is not part of it: so it is built inside a copy, with the published module in place of that folder.
 */
export function installHydra(): Promise<Installation> {
  return install(`hydra-${versions.hydra}`, 'Go 1.22 and a C compiler', async (folder, run) => {
    const module = `github.com/ory/hydra/v2@${versions.hydra}`
    const found = await run(folder, 'go', 'mod', 'download', '-json', module)
    const { Dir: published } = JSON.parse(found.slice(found.indexOf('{'))) as { readonly Dir: string }
    const sources = join(folder, 'sources')
    await cp(published, sources, { recursive: true })
    // Go keeps modules read-only.
    await run(sources, 'chmod', '-R', 'u+w', '.')
    await run(sources, 'go', 'mod', 'edit', '-dropreplace=github.com/ory/hydra-client-go/v2')
    const flags = ['-mod=mod', '-trimpath', '-ldflags=-s -w', '-tags=sqlite,sqlite_omit_load_extension']
    await run(sources, 'go', 'build', ...flags, '-o', '../hydra', '.')
    return join(folder, 'hydra')
  })
}

type Run = (folder: string, command: string, ...args: readonly string[]) => Promise<string>

/** Made in a folder of its own and moved to its place when it is whole, so that half of one never counts. */
async function install(
  name: string,
  needs: string,
  make: (folder: string, run: Run) => Promise<string>,
): Promise<Installation> {
  const path = join(cache, name)
  if (await exists(path)) return { path }
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'new-'))
  const endMs = performance.now() + limitMs
  const run: Run = (cwd, command, ...args) =>
    runProgram(command, args, { cwd, timeoutMs: endMs - performance.now() })
  try {
    await rename(await make(folder, run), path)
    return { path }
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `\n${name} cannot be had, so its tests are skipped. It needs ${needs}.\n${missing}\n`,
    )
    return { missing }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
