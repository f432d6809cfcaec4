import { toCallersText } from './describe-callers.js'
import type { BodyDescription, MediaTypeDescription, ReplyDescription } from './describe-content.js'
import type { OperationDescription } from './describe-operation.js'
import type { ParameterDescription, ParametersDescription } from './describe-parameters.js'
import { toColumns, toPlain, type Paint } from './terminal.js'

/** A description for a person, in lines. */
export function toExplanationText(description: OperationDescription, paint: Paint): readonly string[] {
  const plain = toPlain(description)
  const { method, path, operationId, summary, deprecated } = plain
  const section = (title: string, lines: readonly string[]): readonly string[] => [
    '',
    paint('bold', title),
    ...lines,
  ]
  return [
    `${paint('bold', `${method} ${path}`)}${operationId === undefined ? '' : `  ${operationId}`}`,
    ...(summary === undefined ? [] : [summary]),
    ...(deprecated ? ['Deprecated.'] : []),
    ...section('Who may call', indent(toCallersText(plain.callers))),
    ...section('Parameters', toParametersText(plain)),
    ...section('Body', toBodyText(plain.body)),
    ...section('Replies', toRepliesText(plain.replies)),
    ...section('Limits', toLimitsText(plain)),
  ]
}

function toParametersText({ parameters, unknownQueryParameters }: ParametersDescription): readonly string[] {
  const unknown =
    unknownQueryParameters === 'refused'
      ? 'A query parameter that is not declared is refused with 400.'
      : 'A query parameter that is not declared becomes a member of the object above that is open to others.'
  return [
    ...(parameters.length === 0 ? ['  None.'] : toColumns(parameters.map(toParameterRow))),
    `  ${unknown}`,
  ]
}

function toParameterRow(parameter: ParameterDescription): readonly string[] {
  const { name, in: place, type } = parameter
  if (!parameter.read) return [place, name, 'not read', 'OpenAPI says that it means nothing here']
  const presence = parameter.required
    ? 'required'
    : parameter.default === undefined
      ? 'optional'
      : `default ${JSON.stringify(parameter.default)}`
  const note = parameter.deprecated ? ' (deprecated)' : ''
  return [place, name, presence, toManner(parameter), `${type}${note}`]
}

/** How it is written. Of a single value only an unusual style tells anything. */
function toManner({ mediaType, style = '', explode, shape, form }: ParameterDescription): string {
  if (mediaType !== undefined) return mediaType
  const exploded = explode === true && shape !== 'primitive' ? ', exploded' : ''
  return form === undefined ? style : `${style}${exploded}: ${form}`
}

function toBodyText(body: BodyDescription | null): readonly string[] {
  if (!body) return ['  None is read.']
  const rows = body.mediaTypes.map((mediaType) =>
    mediaType.accepted
      ? [mediaType.mediaType, toTypeText(mediaType)]
      : [mediaType.mediaType, 'cannot be read, and is refused with 415'],
  )
  return [
    `  ${body.required ? 'Required' : 'Optional'}, as one of:`,
    ...toColumns(rows).map((row) => `  ${row}`),
  ]
}

function toRepliesText(replies: readonly ReplyDescription[]): readonly string[] {
  if (replies.length === 0) return ['  None is declared, so that no reply of a handler fits.']
  return toColumns(replies.flatMap(toReplyRows))
}

function toReplyRows({ status, by, mediaTypes, headers }: ReplyDescription): readonly (readonly string[])[] {
  const rows =
    mediaTypes.length === 0
      ? [[status, 'no body']]
      : mediaTypes.map((mediaType, index) => [
          index === 0 ? status : '',
          mediaType.mediaType,
          toTypeText(mediaType),
        ])
  const names = headers.map(({ name, required }) => `${name}${required ? ' (required)' : ''}`)
  return [
    ...rows,
    ...(names.length === 0 ? [] : [['', `with ${names.join(', ')}`]]),
    ...(by === 'gate' ? [['', 'what the gate answers by itself, no reply for a handler']] : []),
  ]
}

function toTypeText({ type, sequence }: MediaTypeDescription): string {
  return sequence ? `a sequence, each ${type}` : type
}

function toLimitsText({ body, limits }: OperationDescription): readonly string[] {
  return [
    ...(body ? [`  JSON nests ${limits.jsonDepth} levels at most.`] : []),
    `  A refused request names at most ${limits.violations} violations.`,
  ]
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}
