import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/* `npm run build`: compiles the server and the public entry to `dist/`, and puts the migrations of each room beside it. */

const root = new URL('../../', import.meta.url)
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')

rmSync(new URL('dist/', root), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [compiler, '-b', '.config/tsconfig.build.json'], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)
for (const room of readdirSync(new URL('src/', root))) {
  const migrations = new URL(`src/${room}/migrations/`, root)
  if (existsSync(migrations))
    cpSync(migrations, new URL(`dist/${room}/migrations/`, root), { recursive: true })
}
