import { ContractError } from '../../src/contract/defect.js'
import { parsePointer, valueAt } from '../../src/contract/json-pointer.js'
import { loadContract } from '../../src/contract/load-contract.js'
import { join } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reasonOf } from '../support/contested-cases.js'
import {
  corpusFolder,
  hasCorpus,
  readCorpus,
  serveDocument,
  type CorpusService,
  type RawRequest,
} from '../support/corpus.js'

const title = hasCorpus ? 'the corpus' : 'the corpus (skipped: OPENAPI_CORPUS names no folder with it)'

interface Case {
  readonly id: string
  readonly spec: string
  readonly contested: boolean
  readonly specValid: boolean
}

interface RequestCase extends Case {
  readonly serverBase: string
  readonly request: RawRequest & { readonly bodyEncoding?: 'base64' }
  readonly expect: 'accept' | 'reject'
  readonly statusAny?: readonly number[]
  readonly category: string
  readonly security?: boolean
  readonly operation: string
  readonly why: string
}

/** Documents that ask for security which they do not declare. They never boot, so no request to them can be judged. */
const neverBoots: Readonly<Record<string, string>> = {
  'specs/eov/resources/security.yaml': 'undeclared-scope',
  'spec-docs/3.1/pass/operation-object-example.yaml': 'undeclared-scheme',
  'spec-docs/3.2/pass/operation-object-example.yaml': 'undeclared-scheme',
}

/** Cases that the specification decides the other way. */
const misread: Readonly<Record<string, string>> = {
  'pb-0147': 'Style Values: a `label` value begins with a dot, also a primitive one, and `bigMac` does not',
}

function gated<T extends Case>(name: string): readonly T[] {
  if (!hasCorpus) return []
  return readCorpus<{ readonly cases: readonly T[] }>(name).cases.filter(
    (one) => one.specValid && !Object.hasOwn(neverBoots, one.spec) && !Object.hasOwn(misread, one.id),
  )
}

/** A contested case may be decided the other way, but not without a reason, nor with one that is out of date. */
async function judge(
  { id, contested }: Pick<Case, 'id' | 'contested'>,
  check: () => Promise<void>,
): Promise<void> {
  if (!contested) return check()
  const differs = await check().then(
    () => false,
    (error: unknown) => {
      if ((error as Error).name === 'AssertionError') return true
      throw error
    },
  )
  expect(differs, differs ? 'say why in contested-cases.ts' : 'remove it from contested-cases.ts').toBe(
    reasonOf(id) !== undefined,
  )
}

function groupBy<T>(
  cases: readonly T[],
  key: (one: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>()
  for (const one of cases) {
    const group = groups.get(key(one))
    if (group) group.push(one)
    else groups.set(key(one), [one])
  }
  return [...groups]
}

const path = (name: string): string => join(corpusFolder ?? '', name)

describe.skipIf(!hasCorpus)(title, () => {
  const requests = gated<RequestCase>('requests.json').filter(({ security }) => !security)
  describe.each(groupBy(requests, ({ spec, serverBase }) => `${spec} ${serverBase}`))(
    'requests of %s',
    (key, cases) => {
      let service: CorpusService
      const [spec = '', basePath = ''] = key.split(' ')
      beforeAll(async () => {
        service = await serveDocument(path(spec), { basePath })
      })
      afterAll(() => service.close())

      it.each(cases)(
        '$id $category: $expect $request.method $request.path ($why)',
        async ({ request, ...want }) => {
          const body =
            request.bodyEncoding === 'base64' && typeof request.body === 'string'
              ? Buffer.from(request.body, 'base64')
              : request.body
          const { status, body: text } = await service.send({ ...request, body: body ?? null })
          await judge(want, async () => {
            if (want.expect === 'accept') expect(status, text).toBeLessThan(300)
            else expect(want.statusAny ?? [400, 422], text).toContain(status)
          })
        },
      )
    },
  )
})

describe.skipIf(!hasCorpus)(`${title}: parameters`, () => {
  interface ParameterCase extends Case {
    readonly parameter: { readonly name: string; readonly in: string }
    readonly request: RawRequest
    readonly expect: 'accept' | 'reject'
    readonly present?: boolean
    readonly decoded?: unknown
  }
  const groups = { path: 'params', query: 'query', header: 'headers', cookie: 'cookies' } as const
  describe.each(groupBy(gated<ParameterCase>('params.json'), ({ spec }) => spec))('of %s', (spec, cases) => {
    let service: CorpusService
    beforeAll(async () => {
      service = await serveDocument(path(spec), { unknownQueryParameters: 'allow' })
    })
    afterAll(() => service.close())

    it.each(cases)('$id $expect $request.path', async ({ parameter, request, ...want }) => {
      service.reached.length = 0
      const { status, body } = await service.send(request)
      await judge(want, async () => {
        if (want.expect === 'reject') {
          expect([400, 404], body).toContain(status)
          return
        }
        expect(status, body).toBeLessThan(300)
        const group = service.reached[0]?.input[groups[parameter.in as 'path']] as Readonly<
          Record<string, unknown>
        >
        const name = parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name
        if (want.present === false) expect(group[name]).toBeUndefined()
        else expect(group[name]).toEqual(want.decoded)
      })
    })
  })
})

describe.skipIf(!hasCorpus)(`${title}: routes`, () => {
  interface RouteCase extends Case {
    readonly request: RawRequest
    readonly expect: {
      readonly operation?: string | null
      readonly status?: number
      readonly matches?: boolean
    }
  }
  it.each(gated<RouteCase>('routes.json'))(
    '$id $request.method $request.path leads to $expect.operation',
    async ({ spec, request, expect: want, ...rest }) => {
      const basePath = await serverPathOf(spec, request.path)
      const service = await serveDocument(path(spec), { unknownQueryParameters: 'allow', basePath })
      try {
        const { status, body } = await service.send(request)
        await judge(rest, async () => {
          if (want.status !== undefined) expect(status, body).toBe(want.status)
          else if (want.operation === null || want.matches === false)
            expect([404, 405], body).toContain(status)
          else expect([404, 405], body).not.toContain(status)
          const reached = service.reached[0]?.operation
          if (reached !== undefined && want.operation) expect(reached).toBe(want.operation)
        })
      } finally {
        await service.close()
      }
    },
  )
})

/** `servers` never route here, so the one that a case goes through is set as the base path. */
async function serverPathOf(spec: string, target: string): Promise<string> {
  const { document } = await loadContract(path(spec), { onDefect: 'warn' })
  interface Server {
    readonly url: string
    readonly variables?: Readonly<Record<string, { readonly default: string }>>
  }
  const paths = ((document['servers'] ?? []) as readonly Server[]).map(({ url, variables = {} }) => {
    const filled = url.replaceAll(/\{([^}]+)\}/g, (_, name: string) => variables[name]?.default ?? name)
    return new URL(filled, 'http://host').pathname.replace(/\/+$/, '')
  })
  return paths.filter((one) => target.startsWith(one)).sort((a, b) => b.length - a.length)[0] ?? ''
}

describe.skipIf(!hasCorpus)(`${title}: responses`, () => {
  interface ResponseCase extends Case {
    readonly operation: string
    readonly response: { readonly status: number; readonly contentType?: string; readonly body?: unknown }
    readonly expect: 'valid' | 'invalid'
  }
  it.each(gated<ResponseCase>('responses.json'))(
    '$id $operation is $expect',
    async ({ spec, response, ...want }) => {
      const { status, contentType, body } = response
      const reply = {
        status,
        ...(contentType !== undefined && { headers: { 'Content-Type': contentType } }),
        ...(body !== undefined && body !== null && { body }),
      }
      // The responses alone, under an operation that any request reaches.
      const { document, operations } = await loadContract(path(spec), { onDefect: 'warn' })
      const [method = '', template = ''] = want.operation.split(' ')
      const operation = [...operations.values()].find(
        (one) => one.method === method && template.endsWith(one.pathTemplate),
      )
      const responses = operation && valueAt(document, parsePointer(`${operation.pointer}/responses`) ?? [])
      const service = await serveDocument(
        { ...document, paths: { '/reply': { get: { security: [], responses } } } },
        { reply, validateReplies: 'enforce' },
      )
      try {
        const answer = await service.send({ method: 'GET', path: '/reply' })
        await judge(want, async () =>
          expect(answer.body.includes('internal-error') ? 'invalid' : 'valid', answer.body).toBe(want.expect),
        )
      } finally {
        await service.close()
      }
    },
  )
})

describe.skipIf(!hasCorpus)(`${title}: JSON Schema`, () => {
  interface Group {
    readonly id: string
    readonly description: string
    readonly schema: unknown
    readonly tests: readonly {
      readonly description: string
      readonly body: unknown
      readonly valid: boolean
    }[]
  }
  const groups = hasCorpus
    ? readCorpus<{ readonly groups: readonly Group[] }>('json-schema-bodies.json').groups
    : []
  describe.each(groups)('$id $description', ({ id, schema, tests }) => {
    let service: CorpusService
    beforeAll(async () => {
      const requestBody = { required: true, content: { 'application/json': { schema } } }
      const operation = { security: [], requestBody, responses: { 204: { description: 'Fits.' } } }
      service = await serveDocument({
        openapi: '3.1.0',
        info: { title: id, version: '1' },
        paths: { '/': { post: operation } },
      })
    })
    afterAll(() => service.close())

    it.each(tests)('$description: $valid', async ({ body, valid }) => {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await service.send({ method: 'POST', path: '/', headers, body: JSON.stringify(body) })
      expect(answer.status, answer.body).toBe(valid ? 204 : 400)
    })
  })
})

describe.skipIf(!hasCorpus)(`${title}: JSON texts`, () => {
  interface Text {
    readonly file: string
  }
  const files = hasCorpus
    ? readCorpus<{ readonly files: readonly Text[] }>('json-bodies/index.json').files
    : []
  let service: CorpusService
  beforeAll(async () => {
    const requestBody = { required: true, content: { 'application/json': { schema: {} } } }
    const operation = { security: [], requestBody, responses: { 204: { description: 'Fits.' } } }
    service = await serveDocument({
      openapi: '3.1.0',
      info: { title: 'Any', version: '1' },
      paths: { '/': { post: operation } },
    })
  })
  afterAll(() => service.close())
  const send = (body: Buffer): ReturnType<CorpusService['send']> =>
    service.send({ method: 'POST', path: '/', headers: { 'Content-Type': 'application/json' }, body })

  it.each(files)('$file is accepted or refused as its name says', async ({ file }) => {
    const bytes = readFileSync(path(`json-bodies/${file}`))
    const { status, body } = await send(bytes)
    const name = file.split('/').at(-1) ?? ''
    if (name.startsWith('y_')) expect(status, body).toBe(204)
    else if (name.startsWith('n_')) expect(status, body).toBe(400)
    else expect([204, 400], body).toContain(status)
  })

  it('every naughty string is accepted as a JSON string', async () => {
    const strings = readCorpus<{ readonly strings?: readonly string[] } | readonly string[]>(
      'json-bodies/blns.json',
    )
    const list = Array.isArray(strings)
      ? strings
      : ((strings as { readonly strings?: readonly string[] }).strings ?? [])
    expect(list.length).toBeGreaterThan(500)
    for (const text of list as readonly string[]) {
      expect((await send(Buffer.from(JSON.stringify(text)))).status, text).toBe(204)
    }
  })
})

describe.skipIf(!hasCorpus)(`${title}: documents`, () => {
  const documents = (kind: string): readonly string[] =>
    hasCorpus
      ? readdirSync(path('spec-docs'), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.includes(`/${kind}/`) || (kind === 'pass' && file.startsWith('learn/')))
          .filter((file) => /\.(yaml|json)$/.test(file))
          .filter((file) => !Object.hasOwn(neverBoots, `spec-docs/${file}`))
          .sort()
      : []

  it.each(Object.entries(neverBoots))('%s never boots: %s', async (file, code) => {
    const refusal = await loadContract(path(file), { onDefect: 'warn' }).catch((error: unknown) => error)
    expect((refusal as ContractError).defects.map((defect) => defect.code)).toContain(code)
  })

  it.each(documents('pass'))('%s is loaded', async (file) => {
    const contract = await loadContract(path(`spec-docs/${file}`), { onDefect: 'warn' })
    expect(contract.document['openapi']).toMatch(/^3\./)
  })

  it.each(documents('fail'))('%s is refused with a pointer', async (file) => {
    const refusal = await loadContract(path(`spec-docs/${file}`)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ContractError)
    for (const { pointer } of (refusal as ContractError).defects) expect(pointer).toMatch(/^#/)
    expect((refusal as ContractError).defects.some(({ code }) => code !== 'missing-security')).toBe(true)
  })
})
