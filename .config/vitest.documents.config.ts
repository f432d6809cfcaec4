import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** Documents of other people, which are downloaded: apart from the other tests, which need no network. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/documents/**/*.test.ts'],
    exclude: [],
    typecheck: { enabled: false },
    hookTimeout: 120_000,
    testTimeout: 240_000,
  },
})
