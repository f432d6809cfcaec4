import pg from 'pg'
import { toFetchFailure } from './fetch-failure.js'
import { ok, problem, type Finding } from './finding.js'

/** By SQLSTATE (PostgreSQL appendix A). */
const adviceByCode: Readonly<Record<string, string>> = {
  '28P01': 'Correct user and password in DATABASE_URL.',
  '28000':
    'Correct the user in DATABASE_URL, or allow it and this host in pg_hba.conf; many servers want ?sslmode=require.',
  '3D000': 'Create the database, or correct its name in DATABASE_URL.',
  '53300': 'Raise max_connections, or lower how many others hold.',
}

const timeoutMs = 5_000

/** Whether PostgreSQL answers at a connection string, and lets this user make the tables. The password is not written. */
export async function examineDatabase(databaseUrl: string): Promise<Finding> {
  const { host, pathname } = new URL(databaseUrl)
  const where = `${host}${pathname}`
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gatehouse doctor',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  })
  // What a lost connection says again, after the query has said it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string; may_create: boolean }>(
      `select current_setting('server_version') as version,
         has_database_privilege(current_database(), 'create') as may_create`,
    )
    const seen = `PostgreSQL ${rows[0]?.version ?? ''} answers at ${where}`
    return rows[0]?.may_create === true
      ? ok('DATABASE_URL', `${seen}.`)
      : problem(
          'DATABASE_URL',
          `${seen}, and its user may not create schemas, which the first start does.`,
          'Grant it: grant create on database … to ….',
        )
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return problem(
      'DATABASE_URL',
      `${where}: ${toFetchFailure(error)}.`,
      adviceByCode[code] ??
        'Correct DATABASE_URL in .env, or see that the server runs and can be reached from here.',
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}
