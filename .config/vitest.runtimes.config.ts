import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The packed client on other runtimes, which are downloaded: `npm run test:runtimes`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/runtimes/**/*.test.ts'],
    exclude: [],
    typecheck: { enabled: false },
    hookTimeout: 120_000,
    testTimeout: 60_000,
  },
})
