import type { CompileContext } from '../compile-context.js'
import type { WholeFormat } from '../bodies/body-format.js'
import { compileForm } from '../bodies/form-body.js'
import { childPointer, escapeToken, isJsonObject } from '../json-pointer.js'
import { defaultLimits } from '../limits.js'
import { isJson, isUrlencodedForm, parseMediaType } from '../bodies/media-type.js'
import { readJson, toParameter, type Parameter } from './parameter.js'
import { decodePercent } from './query-string.js'
import type { Located } from '../document/reference.js'

/* OpenAPI 3.2 "Parameter Object" with `in: querystring`: the whole query is one value of a media type. */

/** `undefined` where the declaration has a defect. */
export function compileQueryString(
  name: string,
  { value, pointer }: Located,
  context: CompileContext,
): Parameter | undefined {
  const { resolver, validators, defects } = context
  const content = isJsonObject(value['content']) ? value['content'] : {}
  const [entry, ...more] = Object.entries(content)
  const mediaType = entry && parseMediaType(entry[0])
  const isForm = mediaType !== undefined && isUrlencodedForm(mediaType)
  if (!entry || !mediaType || more.length > 0 || !(isForm || isJson(mediaType))) {
    const message = 'the query can be read as one of JSON or application/x-www-form-urlencoded here'
    defects.report({ code: 'unsupported-media-type', pointer: childPointer(pointer, 'content'), message })
    return undefined
  }
  const found = resolver.resolve(entry[1], childPointer(pointer, 'content', entry[0]))
  if (!found) return undefined
  const at = childPointer(found.pointer, 'schema')
  const schema = found.value['schema']
  const validate = schema === undefined ? () => [] : validators.validatorFor(at, 'request')
  const isRequired = value['required'] === true
  if (isForm) return toFormParameter(name, isRequired, compileForm(found, validate, context))
  return toParameter(name, 'query', isRequired, {
    claims: () => true,
    validate,
    from: ({ queryString }, limits) =>
      queryString === '' ? undefined : readJson(decodePercent(queryString), limits),
  })
}

/** Read like a body of that media type, `encoding` included. */
function toFormParameter(name: string, isRequired: boolean, form: WholeFormat): Parameter {
  const pointer = `/${escapeToken(name)}`
  return {
    name,
    in: 'query',
    claims: () => true,
    takesUndeclared: () => false,
    read({ queryString }, limits) {
      if (queryString === '') {
        const violation = { in: 'query', pointer, keyword: 'required', detail: 'is required' } as const
        return { violations: isRequired ? [violation] : [] }
      }
      // How many parameters a query may have is decided before any is looked at.
      const { value, violations } = form.decode(Buffer.from(queryString), {
        ...defaultLimits,
        ...limits,
        members: Infinity,
      })
      if (violations.length === 0) return { value, violations }
      return {
        violations: violations.map((one) => ({ ...one, in: 'query', pointer: pointer + one.pointer })),
      }
    },
  }
}
