import { defineConfig } from 'vitest/config'
import base, { settings } from './vitest.config.js'

/** The packed client on other runtimes, which are downloaded: `npm run test:runtimes`. */
export default defineConfig({
  ...base,
  test: {
    ...settings,
    include: ['test/runtimes/**/*.test.ts'],
    exclude: [],
    // They speak of the sample, and go with it.
    passWithNoTests: true,
    hookTimeout: 120_000,
    testTimeout: 60_000,
  },
})
