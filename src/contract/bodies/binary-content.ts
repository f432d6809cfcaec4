import type { Readable } from 'node:stream'

/** Bytes that were received and are kept until the request is over; past that, reading fails. */
export interface KeptBytes {
  /** Bytes. */
  readonly size: number
  /** A new stream over all of them, as often as it is called. */
  readonly stream: () => Readable
  /** All of them in memory. */
  readonly bytes: () => Promise<Uint8Array>
}

/** What a handler gets for a body that is no text and no JSON. It has arrived as a whole, and fits. */
export interface BinaryContent extends KeptBytes {
  /** As it was sent, with its parameters. */
  readonly mediaType: string
}

/** What a handler gets for a file of a `multipart/form-data` body. */
export interface FilePart extends BinaryContent {
  /** Without folders (RFC 7578 section 4.2). A caller's word: not to be taken for a path, and not safe to print. */
  readonly filename: string | undefined
  /** The part headers that the Encoding Object declares, decoded; names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
}

/** Takes chunks in and keeps them. Called one after the other, never at once. */
export type KeepBytes = (chunks: AsyncIterable<Uint8Array>) => Promise<KeptBytes>
