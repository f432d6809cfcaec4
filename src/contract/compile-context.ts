import type { DefectLog } from './defect.js'
import type { OpenApiVersion } from './document/openapi-version.js'
import type { Resolver } from './document/reference.js'
import type { Validators } from './schemas/validator.js'

/** What every part of an operation is compiled with. */
export interface CompileContext {
  readonly resolver: Resolver
  readonly version: OpenApiVersion
  readonly validators: Validators
  readonly defects: DefectLog
}
