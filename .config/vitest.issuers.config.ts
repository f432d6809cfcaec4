import { configDefaults, defineConfig } from 'vitest/config'
import base, { settings } from './vitest.config.js'

/** The service against live authorization servers, which are installed and started for it: `npm run test:issuers`. */
export default defineConfig({
  ...base,
  test: {
    ...settings,
    include: ['test/issuers/**/*.test.ts'],
    exclude: configDefaults.exclude,
    // They speak of the sample, and go with it.
    passWithNoTests: true,
    testTimeout: 60_000,
    // Keycloak's first start compiles it for its configuration.
    hookTimeout: 600_000,
  },
})
