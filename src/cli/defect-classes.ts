import { alwaysRefused, type Defect, type DefectCode, type DocumentDefectCode } from '../contract/defect.js'
import { UsageError } from './command.js'

/** Classes of defects that a document can have, with what they mean: the gravest first. */
const classes: Readonly<Record<DocumentDefectCode, string>> = {
  unreadable: 'No such file, or no YAML or JSON in it',
  'unsupported-version': 'Neither OpenAPI 3.0 nor 3.1 nor 3.2',
  'undeclared-scheme': 'A security scheme is required that is not declared',
  'undeclared-scope': 'A scope is required that its scheme does not declare',
  'invalid-sender-constraint': '`x-sender-constrained` is not known, or says nothing where it is',
  'missing-security': 'Neither the operation nor the document says who may call it',
  'invalid-structure': 'Something is not as the specification says',
  'unresolvable-reference': 'A `$ref` leads nowhere',
  'duplicate-operation-id': 'Two operations have one operationId',
  'path-collision': 'No request can tell two paths apart',
  'invalid-path-template': 'A path template cannot be read',
  'undeclared-path-parameter': 'A path template names a parameter that is not declared',
  'unused-path-parameter': 'A path parameter is declared that the template does not name',
  'duplicate-parameter': 'One list declares a parameter twice',
  'unsupported-method': 'Node.js cannot receive requests of the method',
  'unsupported-style': 'A parameter has a `style` that means nothing where it is',
  'unsupported-media-type': 'Bodies of a media type cannot be read',
  'unknown-format': 'A `format` that would not be enforced',
  'invalid-pattern': 'A `pattern` that is no regular expression',
  'vulnerable-pattern': 'A `pattern` that a text can make take for ever',
  'invalid-schema': 'A schema that is not as its meta-schema says',
  'invalid-discriminator': 'A `discriminator` that would not be enforced',
  'invalid-default': 'A `default` that does not fit its own schema',
  'unknown-keyword': 'A keyword that the version of OpenAPI does not know',
  'unsupported-dialect': 'Schemas in another dialect than JSON Schema 2020-12',
}

const codes = Object.keys(classes) as readonly DocumentDefectCode[]
const warnable = codes.filter((code) => !alwaysRefused.has(code))

/** Those of the defects, each once, in the order of the table above. */
export function codesOf(defects: readonly Defect[]): readonly DefectCode[] {
  const present = new Set(defects.map(({ code }) => code))
  return codes.filter((code) => present.has(code))
}

/** Code, meaning, and whether it can be only warned of, for a table. */
export function defectClassRows(): readonly (readonly [string, string])[] {
  const row = (code: DocumentDefectCode) => [code, classes[code]] as const
  return [
    ...codes
      .filter((code) => alwaysRefused.has(code))
      .map(row)
      .map(([code, meaning]) => [code, `${meaning} (always refused)`] as const),
    ...warnable.map(row),
  ]
}

/** The values of `--warn`: codes separated by commas, or `all`. Throws `UsageError`. */
export function parseDefectCodes(values: readonly string[]): ReadonlySet<DefectCode> {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim())
  return new Set(names.flatMap((name) => (name === 'all' ? warnable : [parseDefectCode(name)])))
}

function parseDefectCode(name: string): DefectCode {
  const code = warnable.find((known) => known === name)
  if (code !== undefined) return code
  if (codes.some((known) => known === name))
    throw new UsageError(`\`${name}\` is always refused, and cannot be only warned of.`)
  throw new UsageError(`There is no class of defects \`${name}\`: \`check --help\` lists them.`)
}
