import { describe, expect, it } from 'vitest'
import { toPublishedDocument } from '../../../src/http/published-document.js'
import { documentWith } from '../../support/document.js'

const scheme = (tokenUrl: string): object => ({
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl, scopes: { 'a:read': 'Read.' } } },
})
const document = documentWith(
  {},
  {
    servers: [{ url: 'http://127.0.0.1:3000' }],
    components: {
      schemas: { A: { type: 'string' } },
      securitySchemes: {
        oauth: scheme('http://127.0.0.1:9000/token'),
        key: { type: 'apiKey', in: 'header', name: 'k' },
      },
    },
  },
)

describe('the document as it is published', () => {
  it('names the addresses of this deployment', () => {
    const published = toPublishedDocument(document, {
      publicUrl: 'https://api.test',
      tokenUrl: 'https://issuer.test/v1/token',
    })
    expect(published['servers']).toEqual([{ url: 'https://api.test' }])
    expect(published['components']).toEqual({
      schemas: { A: { type: 'string' } },
      securitySchemes: {
        oauth: scheme('https://issuer.test/v1/token'),
        key: { type: 'apiKey', in: 'header', name: 'k' },
      },
    })
  })

  it('is the document itself where nothing is known of them', () => {
    expect(toPublishedDocument(document, { publicUrl: undefined, tokenUrl: undefined })).toEqual(document)
  })

  it('leaves the compiled document as it was', () => {
    const before = JSON.stringify(document)
    toPublishedDocument(document, { publicUrl: 'https://api.test', tokenUrl: 'https://issuer.test/token' })
    expect(JSON.stringify(document)).toBe(before)
  })
})
