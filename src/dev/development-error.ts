/**
 * `production`: asked for with NODE_ENV=production; `setting`: a variable that cannot be used; `state`: a file of the
 * embedded authorization server that cannot be read; `port`: a port that cannot be listened at; `call`: the test client
 * got another answer than it hoped for, or none; `document`: nothing can be generated of it.
 */
export type DevelopmentErrorCode = 'production' | 'setting' | 'state' | 'port' | 'call' | 'document'

/** Something in the development environment does not work as it is. The message is whole sentences that say what to do, and holds no secret. */
export class DevelopmentError extends Error {
  override readonly name = 'DevelopmentError'
  readonly code: DevelopmentErrorCode

  constructor(code: DevelopmentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
