import { defineConfig } from 'drizzle-kit'

// Paths are resolved against the folder that drizzle-kit is started in, the root of the project.
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/schema.ts',
  out: './src/store/migrations',
})
