/* How much of a request is looked at. The options of `openapiMiddleware` set each. */

export interface ReadLimits {
  /** Violations told of one request. Default: 20. */
  readonly violations: number
  /** How deep arrays and objects nest, in JSON and in `deepObject` parameters. Default: 64. */
  readonly depth: number
}

export interface BodyLimits extends ReadLimits {
  /** Most members of a urlencoded form, repeats counted. Default: 1,000. */
  readonly members: number
  /** Most parts of a multipart body. Default: 1,000. */
  readonly parts: number
  /** Bytes of all parts of a multipart body that are no files. Default: 1,048,576. */
  readonly fieldBytes: number
  /** Bytes of one line of a line-delimited body. Default: 1,048,576. */
  readonly lineBytes: number
}

export const defaultLimits: BodyLimits = {
  violations: 20,
  depth: 64,
  members: 1_000,
  parts: 1_000,
  fieldBytes: 1_048_576,
  lineBytes: 1_048_576,
}
