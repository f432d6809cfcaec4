import { describe, expectTypeOf, it } from 'vitest'
import type { BinaryContent, FilePart } from '../../src/contract/bodies/binary-content.js'
import type { Input } from '../../src/contract/handler.js'

/** An operation as openapi-typescript writes it, with one media type. */
interface Taking<Name extends string, T> {
  readonly requestBody: { readonly content: { readonly [N in Name]: T } }
}

type BodyOf<Name extends string, T = unknown> = Input<Taking<Name, T>>['body']

interface Upload {
  readonly title?: string
  readonly kind: 'a' | 'b'
  readonly pages: number
  readonly files: readonly string[]
  readonly meta: { readonly author: string }
}

describe('the body of a request', () => {
  it('is what its schema says where it is JSON or a urlencoded form', () => {
    expectTypeOf<BodyOf<'application/json', Upload>>().toEqualTypeOf<Upload>()
    expectTypeOf<BodyOf<'application/merge-patch+json', Upload>>().toEqualTypeOf<Upload>()
    expectTypeOf<BodyOf<'application/x-www-form-urlencoded', Upload>>().toEqualTypeOf<Upload>()
  })

  it('is a string, or what its schema makes of one, where it is text', () => {
    expectTypeOf<BodyOf<'text/plain'>>().toEqualTypeOf<string>()
    expectTypeOf<BodyOf<'text/csv; header=present', string>>().toEqualTypeOf<string>()
    expectTypeOf<BodyOf<'text/plain', number>>().toEqualTypeOf<number>()
    expectTypeOf<BodyOf<'application/xml'>>().toEqualTypeOf<string>()
  })

  it('is bytes where it is anything else, whatever the generated type says', () => {
    expectTypeOf<BodyOf<'application/octet-stream', string>>().toEqualTypeOf<BinaryContent>()
    expectTypeOf<BodyOf<'image/png'>>().toEqualTypeOf<BinaryContent>()
  })

  it('may be bytes under a range', () => {
    expectTypeOf<BodyOf<'application/*', Upload>>().toEqualTypeOf<Upload | BinaryContent>()
  })

  it('has members in a multipart form that are text or files where any string fits', () => {
    type Form = BodyOf<'multipart/form-data', Upload>
    expectTypeOf<Form['title']>().toEqualTypeOf<string | FilePart | undefined>()
    expectTypeOf<Form['files']>().toEqualTypeOf<readonly (string | FilePart)[]>()
    expectTypeOf<Form['kind']>().toEqualTypeOf<'a' | 'b'>()
    expectTypeOf<Form['pages']>().toEqualTypeOf<number>()
    expectTypeOf<Form['meta']>().toEqualTypeOf<{ readonly author: string }>()
  })

  it('is an async iterable where it is a sequence', () => {
    expectTypeOf<BodyOf<'application/json-seq', Upload>>().toEqualTypeOf<AsyncIterable<Upload>>()
  })
})
