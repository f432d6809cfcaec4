import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config'

/** What all tests have in common, those of the other configurations too. */
export const settings = {
  testTimeout: 20_000,
  hookTimeout: 60_000,
  restoreMocks: true,
  reporters: process.env['CI']
    ? ['default', ['json', { outputFile: process.env['TEST_RESULTS'] ?? 'coverage/results.json' }]]
    : ['default'],
  coverage: { provider: 'v8', include: ['src/**'], reportsDirectory: 'coverage' },
} satisfies ViteUserConfig['test']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    ...settings,
    projects: [
      {
        extends: true,
        test: {
          name: 'service',
          include: ['test/**/*.test.ts'],
          // They need more than npm installs: `npm run test:issuers`, `npm run test:documents`, `npm run test:runtimes`.
          exclude: [...configDefaults.exclude, 'test/issuers/**', 'test/documents/**', 'test/runtimes/**'],
          typecheck: {
            enabled: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
          },
        },
      },
      {
        // The sweeps again, over a document that asks for what the service's own does not.
        extends: true,
        test: {
          name: 'parcels',
          include: ['test/contract/{attacks,authorization,replies,requests}*.test.ts'],
          env: { SWEPT_DOCUMENT: 'test/contract/parcels.yaml' },
        },
      },
    ],
  },
})
