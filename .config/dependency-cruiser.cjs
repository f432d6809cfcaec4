/*
 * Which room may import which. Imports point downwards only; what a row does not list is forbidden.
 */
const rooms = {
  config: [],
  problem: [],
  telemetry: [],
  store: [],
  contract: ['problem'],
  auth: ['contract', 'problem', 'telemetry'],
  http: ['auth', 'contract', 'problem', 'telemetry'],
  service: ['contract', 'auth', 'problem'],
  inventory: ['contract', 'problem', 'store'],
  sdk: [],
  cli: ['config', 'contract', 'auth', 'sdk', 'telemetry'],
}

/** Rooms that may see what `npm run generate` writes: types only, but for the SDK, which is built over the client. */
const generated = ['service', 'inventory', 'sdk']

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${['itself', ...allowed].join(', ')} only`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^(src|generated)/',
    pathNot: [room, ...allowed]
      .map((name) => `^src/${name}/`)
      .concat(generated.includes(room) ? ['^generated/'] : []),
  },
}))

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'rooms-have-a-row',
      comment: 'a room that the table does not list may import nothing of the others',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: `^src/(${[...Object.keys(rooms), 'dev'].join('|')})/` },
      to: { path: '^(src|generated)/', pathNot: '^src/$1/' },
    },
    { name: 'no-circular', severity: 'error', from: { pathNot: '^generated/' }, to: { circular: true } },
    {
      name: 'types-only-across',
      comment: 'contract and auth lend service and inventory their types, and nothing that runs',
      severity: 'error',
      from: { path: '^src/(service|inventory)/' },
      to: { path: '^src/(contract|auth)/|^generated/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'jose-in-auth',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(auth|dev)/' },
      to: { path: 'node_modules/jose/' },
    },
    {
      name: 'koa-in-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(http|dev)/' },
      to: { path: 'node_modules/(@koa/|koa|koa-[a-z]+)/' },
    },
    {
      name: 'nobody-imports-cli-and-dev',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|dev)/' },
      to: { path: '^src/(cli|dev)/' },
    },
    {
      name: 'nobody-imports-the-top',
      comment: 'main.ts, start-service.ts and index.ts compose; beside main only dev starts the service',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(dev/|main\\.ts$)' },
      to: { path: '^src/(main|start-service|index)\\.ts$' },
    },
    {
      name: 'sdk-runs-anywhere',
      severity: 'error',
      from: { path: '^src/sdk/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/dev/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
    },
  },
}
