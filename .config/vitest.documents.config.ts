import { defineConfig } from 'vitest/config'
import base, { settings } from './vitest.config.js'

/** Documents of other people, which are downloaded: apart from the other tests, which need no network. */
export default defineConfig({
  ...base,
  test: {
    ...settings,
    include: ['test/documents/**/*.test.ts'],
    exclude: [],
    hookTimeout: 120_000,
    testTimeout: 240_000,
  },
})
