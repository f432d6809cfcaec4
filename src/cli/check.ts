import { alwaysRefused, type Defect } from '../contract/defect.js'
import type { Contract } from '../contract/load-contract.js'
import type { Operation } from '../contract/operations/operation.js'
import { parseArguments, UsageError, type Command, type ExitCode } from './command.js'
import { codesOf, defectClassRows, parseDefectCodes } from './defect-classes.js'
import { toDefectReport } from './defect-report.js'
import { examine, fatalSentence, type Examination } from './examine.js'
import { createPaint, toColumns, toCount, toJson, toPlain, type Terminal } from './terminal.js'

/** `gatehouse check`: whether the gate can enforce a document, and if not, every reason why. */
export const check: Command = {
  name: 'check',
  synopsis: 'FILE [--warn CODE[,CODE…]] [--json]',
  summary: 'Says whether the gate can enforce an OpenAPI document, and names every defect with its pointer.',
  details: [
    ...toColumns([
      ['FILE', 'Path or URL of an OpenAPI 3.0, 3.1 or 3.2 document, in YAML or JSON'],
      ['--warn CODE[,CODE…]', 'Only warn of defects of these classes; `all`: of every class that allows it'],
      ['--json', 'Write the result as JSON'],
    ]),
    '',
    'Exit code: 0 where the document can be enforced, 1 where it has defects, 2 where the call is wrong.',
    '',
    'Classes of defects:',
    ...toColumns(defectClassRows()),
  ],
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: { warn: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean' } },
  })
  const [file, ...surplus] = positionals
  if (file === undefined) throw new UsageError('Which document? FILE is missing.')
  if (surplus.length > 0) throw new UsageError(`One FILE at a time: \`${surplus.join(' ')}\` is too much.`)
  const examination = await examine(file, terminal.folder, parseDefectCodes(values.warn))
  if (values.json === true) terminal.out(toJson(toResult(file, examination)))
  else report(file, examination, terminal)
  return examination.defects.length === 0 ? 0 : 1
}

function report(file: string, examination: Examination, terminal: Terminal): void {
  const fatal = fatalSentence(file, examination)
  if (fatal !== undefined) {
    terminal.err(`${toPlain(fatal)}\n`)
    return
  }
  const { contract, defects, warnings } = examination
  const paint = createPaint(terminal)
  const lines = [...toDefectReport(defects, paint, 'red')]
  if (warnings.length > 0)
    lines.push(paint('bold', 'Only warned of'), '', ...toDefectReport(warnings, paint, 'yellow'))
  const counts = [
    toCount(defects.length, 'defect'),
    ...(warnings.length > 0 ? [toCount(warnings.length, 'warning')] : []),
  ].join(', ')
  if (contract && defects.length === 0) {
    const { operations } = contract
    lines.push(`${paint('green', `${toPlain(file)} can be enforced`)}: ${counts}.`, ...toSummary(contract))
    if (operations.size === 0) lines.push('  It declares no operation, so that there is nothing to serve.')
  } else {
    lines.push(`${paint('red', `${toPlain(file)} cannot be enforced`)}: ${counts}.`, ...toAdvice(defects))
  }
  terminal.out(`${lines.join('\n')}\n`)
}

function toSummary(contract: Contract): readonly string[] {
  const { schemes, anonymous, optional } = toResultSummary(contract)
  const named = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
  return toColumns(
    toPlain([
      ['Operations', String(contract.operations.size)],
      ['Schemes', named(schemes.map(({ name, type }) => `${name} (${type})`))],
      ['Anonymous', named(anonymous)],
      ...(optional.length > 0 ? [['Anonymous or not', named(optional)]] : []),
    ]),
  )
}

function toAdvice(defects: readonly Defect[]): readonly string[] {
  const codes = codesOf(defects).filter((code) => !alwaysRefused.has(code))
  return codes.length === 0
    ? []
    : [`  To be only warned of what can be left for later: --warn ${codes.join(',')}`]
}

function toResult(file: string, { contract, defects, warnings }: Examination): object {
  const summary = contract && defects.length === 0 ? toResultSummary(contract) : undefined
  return { file, enforceable: defects.length === 0, ...summary, defects, warnings }
}

interface ResultSummary {
  readonly operations: number
  readonly schemes: readonly { readonly name: string; readonly type: string }[]
  /** Operations that ask for no credentials. */
  readonly anonymous: readonly string[]
  /** Operations of which one alternative asks for none. */
  readonly optional: readonly string[]
}

function toResultSummary({ operations, securitySchemes }: Contract): ResultSummary {
  const all = [...operations.values()]
  const keysOf = (isOne: (operation: Operation) => boolean): readonly string[] =>
    all.filter(isOne).map(({ key }) => key)
  return {
    operations: operations.size,
    schemes: [...securitySchemes].map(([name, { type }]) => ({ name, type })),
    anonymous: keysOf(({ security }) => security.length === 0),
    optional: keysOf(({ security }) => security.some((requirement) => Object.keys(requirement).length === 0)),
  }
}
