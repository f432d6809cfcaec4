import type { FileSchema } from './file-schema.js'
import type { MediaType } from './media-type.js'
import type { ParameterStyle, Shape } from '../parameters/parameter-style.js'
import type { PartHeaders } from './part-headers.js'
import type { TypedSchema } from '../parameters/schema-types.js'

/*
 * OpenAPI "Encoding Object": how one member of a form is written. Where `style`, `explode` or `allowReserved` is set the
 * member is written like a query parameter; else by its content type, whose default follows from the schema.
 */

export type FormKind = 'urlencoded' | 'multipart'

export interface FormMember {
  /** Lists come as one value after the other under one name. */
  readonly isList: boolean
  /** Whether items of the list are lists themselves. */
  readonly nestsLists: boolean
  /** How a query parameter of that style is written; `undefined` where the content type decides. */
  readonly styled:
    { readonly style: ParameterStyle; readonly explode: boolean; readonly shape: Shape } | undefined
  /** What one value becomes; `'sent'`: what its own `Content-Type` says. */
  readonly reading: 'text' | 'json' | 'file' | 'sent'
  /** The content types that the Encoding Object allows; `undefined` where it names none. */
  readonly contentTypes: readonly MediaType[] | undefined
  /** A text that stands for bytes (`contentEncoding: base64`). */
  readonly isEncoded: boolean
  readonly file: FileSchema
  readonly headers: PartHeaders
}

export interface FormMembers {
  readonly typed: TypedSchema
  /** What is declared of a member, also where the schema only declares undeclared ones. */
  readonly memberOf: (name: string) => FormMember
  readonly styled: readonly (readonly [name: string, member: FormMember])[]
}
