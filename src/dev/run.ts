/**
 * `npm run dev`: the service from the document as it is being edited, with an authorization server of its own unless
 * ISSUER names one. Run by `tsx watch`, which starts it again after every change.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { startService } from '../start-service.js'
import { startDevelopment, type Development } from './development.js'
import { endOnSignal } from './end-on-signal.js'
import { explain } from './explain.js'
import { createGenerationCheck } from './generation.js'
import { createGenerator, type Generator } from './generator.js'
import { loadEnvironment } from './load-environment.js'
import { createStateFolder } from './state-folder.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const write = (text: string) => void process.stdout.write(text)

async function start(): Promise<Development> {
  const env = await loadEnvironment(join(root, '.env'), process.env)
  return startDevelopment(env, {
    document: join(root, 'openapi', 'openapi.yaml'),
    startService,
    write,
    colors: process.stdout.isTTY && !process.env['NO_COLOR'],
  })
}

function keepGenerated({ config }: Development): Generator {
  const folders = { openapi: join(root, 'openapi'), generated: join(root, 'generated') }
  const check = createGenerationCheck(folders, createStateFolder(join(config.dataDir, 'dev')))
  const command = [process.execPath, '--import', 'tsx', join(root, 'src', 'dev', 'generate.ts')] as const
  const generator = createGenerator(check, { command, folder: root, write })
  void generator.run()
  return generator
}

write('Starting. The first time takes longer: the database is made then.\n')
const starting = start()
let generator: Generator | undefined
endOnSignal(async () => {
  generator?.stop()
  await (await starting.catch(() => undefined))?.close()
})
try {
  generator = keepGenerated(await starting)
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n\nIt starts again when you save a change, or press Return.\n`)
  process.exitCode = 1
}
