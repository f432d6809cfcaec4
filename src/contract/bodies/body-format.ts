import type { Violation } from '../../problem/problem.js'
import type { KeepBytes, KeptBytes } from './binary-content.js'
import type { BodyLimits } from '../limits.js'
import type { MediaType } from './media-type.js'

/** What bytes hold, and where it does not fit. */
export interface DecodedBody {
  readonly value?: unknown
  readonly violations: readonly Violation[]
}

/** A format that takes all bytes at once. */
export interface WholeFormat {
  readonly kind: 'whole'
  /** Whether no bytes at all are a value, such as an empty text, rather than no body. */
  readonly emptyIsValue: boolean
  /** Throws `BodyLimitError`. */
  readonly decode: (bytes: Uint8Array, limits: BodyLimits) => DecodedBody
}

/** How a body of one media type is read. */
export type BodyFormat =
  | WholeFormat
  | {
      readonly kind: 'lines'
      /**
       * Yields valid lines; throws `LinesError` at the first that is not, with the violations of all that follow too, and
       * `BodyLimitError`.
       */
      readonly decode: (chunks: AsyncIterable<Uint8Array>, limits: BodyLimits) => AsyncIterable<unknown>
    }
  | { readonly kind: 'binary'; readonly decode: (kept: KeptBytes) => DecodedBody }
  | {
      readonly kind: 'parts'
      /** Throws `BodyLimitError`. */
      readonly decode: (
        chunks: AsyncIterable<Uint8Array>,
        limits: BodyLimits,
        keep: KeepBytes,
      ) => Promise<DecodedBody>
    }

/** The format for a `Content-Type` that its media type or range includes; `undefined` where its `charset` cannot be read. */
export type FormatFor = (actual: MediaType) => BodyFormat | undefined

/** A body, or a part of one, past a limit. The message is for the caller. */
export class BodyLimitError extends Error {
  override readonly name = 'BodyLimitError'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `undefined` where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

export function bodyViolation(pointer: string, keyword: string, detail: string): Violation {
  return { in: 'body', pointer, keyword, detail }
}
