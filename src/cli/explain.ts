import type { Operation } from '../contract/operations/operation.js'
import { parseArguments, UsageError, type Command, type ExitCode } from './command.js'
import { toDefectReport } from './defect-report.js'
import { describeOperation } from './describe-operation.js'
import { examine, fatalSentence, type Examination } from './examine.js'
import { toExplanationText } from './explanation-text.js'
import { findOperation, titleOf, type Sought } from './find-operation.js'
import { createPaint, toColumns, toCount, toJson, toPlain, type Paint, type Terminal } from './terminal.js'

/** `gatehouse explain`: what the gate does for one operation. */
export const explain: Command = {
  name: 'explain',
  synopsis: "FILE 'METHOD /path' [--json]",
  summary: 'Says who may call an operation, what is read of a request for it, and which replies may leave.',
  details: [
    ...toColumns([
      ['FILE', 'Path or URL of an OpenAPI 3.0, 3.1 or 3.2 document, in YAML or JSON'],
      [
        'METHOD /path',
        'The operation: by its path template, by the path of a request, or by operationId alone',
      ],
      ['--json', 'Write the result as JSON'],
    ]),
    '',
    'Exit code: 0 where the operation is found, 1 where it is not or the document cannot be read, 2 where the call is wrong.',
  ],
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  })
  const [file, ...words] = positionals
  const sought = words.join(' ').trim()
  if (file === undefined) throw new UsageError('Which document? FILE is missing.')
  if (sought === '') throw new UsageError("Which operation? 'METHOD /path' or an operationId is missing.")
  const examination = await examine(file, terminal.folder)
  const { contract, defects } = examination
  const json = values.json === true
  const writeJson = (result: object) => terminal.out(toJson(result))
  if (!contract) {
    if (json) writeJson({ file, defects })
    else reportUnloaded(file, examination, terminal)
    return 1
  }
  const found = findOperation(contract, sought)
  if (!('operation' in found)) {
    if (json) writeJson({ file, reason: found.reason, suggestions: found.suggestions.map(toSuggestion) })
    else reportUnknown(found, terminal)
    return 1
  }
  const description = describeOperation(contract, found.operation, defects)
  if (json) writeJson({ file, ...description })
  else {
    const paint = createPaint(terminal)
    const lines = [
      ...toExplanationText(description, paint),
      ...toDefectsText(file, description.defects.length, defects.length, paint),
      ...toDefectReport(description.defects, paint, 'red'),
    ]
    terminal.out(`${lines.join('\n').trimEnd()}\n`)
  }
  return 0
}

function reportUnloaded(file: string, examination: Examination, terminal: Terminal): void {
  const fatal = fatalSentence(file, examination)
  if (fatal !== undefined) {
    terminal.err(`${toPlain(fatal)}\n`)
    return
  }
  const { defects } = examination
  const lines = [
    ...toDefectReport(defects, createPaint(terminal), 'red'),
    `${toPlain(file)} cannot be enforced, and so not explained: ${toCount(defects.length, 'defect')}.`,
  ]
  terminal.err(`${lines.join('\n')}\n`)
}

function reportUnknown(
  { reason, suggestions }: Exclude<Sought, { operation: Operation }>,
  terminal: Terminal,
): void {
  const lines = [
    `${reason}.`,
    ...(suggestions.length > 0 ? ['Did you mean:', ...suggestions.map((one) => `  ${titleOf(one)}`)] : []),
  ]
  terminal.err(`${lines.map(toPlain).join('\n')}\n`)
}

function toSuggestion({ method, pathTemplate, operationId }: Operation): object {
  return { method, path: pathTemplate, ...(operationId !== undefined && { operationId }) }
}

function toDefectsText(file: string, own: number, all: number, paint: Paint): readonly string[] {
  if (all === 0) return []
  const elsewhere = all - own
  const where = elsewhere === 0 ? '' : `, ${elsewhere} of them not in this operation`
  return [
    '',
    paint('bold', 'Defects'),
    `  ${toPlain(file)} is refused for ${toCount(all, 'defect')}${where}; \`check\` names them all.`,
    '',
  ]
}
