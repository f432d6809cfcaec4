import { toColumns, toCount, toPlain, type Format, type Paint } from './terminal.js'

/** One thing that was looked at. */
export interface Finding {
  /** The variable, or what of the authorization server it is about. */
  readonly subject: string
  /** `problem`: the service or its callers will fail. `warning`: they may. `skipped`: it could not be looked at. */
  readonly level: 'ok' | 'warning' | 'problem' | 'skipped'
  /** What was seen. */
  readonly seen: string
  /** What to do, where `seen` does not say it. */
  readonly advice?: string
}

export function ok(subject: string, seen: string): Finding {
  return { subject, level: 'ok', seen }
}

export function skipped(subject: string, seen: string): Finding {
  return { subject, level: 'skipped', seen }
}

export function warning(subject: string, seen: string, advice: string): Finding {
  return { subject, level: 'warning', seen, advice }
}

export function problem(subject: string, seen: string, advice?: string): Finding {
  return { subject, level: 'problem', seen, ...(advice !== undefined && { advice }) }
}

const formats: Readonly<Record<Finding['level'], Format>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
  skipped: 'dim',
}

/** Findings for a person, in lines, and how many there are of what matters. */
export function toFindingsText(findings: readonly Finding[], paint: Paint): readonly string[] {
  const rows = findings.flatMap(({ level, subject, seen, advice }) => [
    [level, subject, seen],
    ...(advice === undefined ? [] : [['', '', advice]]),
  ])
  const lines = toColumns(toPlain(rows)).map((line, index) => {
    const [level = ''] = rows[index] ?? []
    // Painted last: columns are as wide as what is seen of their cells.
    return level === '' ? line : line.replace(level, paint(formats[level as Finding['level']], level))
  })
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length
  const problems = count('problem')
  const counts = [toCount(problems, 'problem'), toCount(count('warning'), 'warning')].join(', ')
  return [...lines, '', paint(problems === 0 ? 'green' : 'red', `${counts}.`)]
}
