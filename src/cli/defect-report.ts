import type { Defect } from '../contract/defect.js'
import { codesOf } from './defect-classes.js'
import { toPlain, type Paint } from './terminal.js'

/** Somebody else's document can have a thousand defects of one kind, and the other kinds are to be seen too. */
const shownPointers = 10

/**
 * Defects by class, the gravest first. What several share is said once, above their pointers, which stay in the order in
 * which they were found; the first of many are shown.
 */
export function toDefectReport(
  defects: readonly Defect[],
  paint: Paint,
  format: 'red' | 'yellow',
): readonly string[] {
  const plain = toPlain(defects)
  return codesOf(plain).flatMap((code) => {
    const ofCode = plain.filter((defect) => defect.code === code)
    return [
      `${paint(format, code)} ${paint('dim', `(${ofCode.length})`)}`,
      ...[...byMessage(ofCode)].flatMap(([message, pointers]) => [
        `  ${message}`,
        ...pointers.slice(0, shownPointers).map((pointer) => `    ${paint('dim', pointer)}`),
        ...(pointers.length > shownPointers
          ? [`    and ${pointers.length - shownPointers} more, which --json lists`]
          : []),
      ]),
      '',
    ]
  })
}

function byMessage(defects: readonly Defect[]): ReadonlyMap<string, readonly string[]> {
  const pointers = new Map<string, string[]>()
  for (const { message, pointer } of defects) {
    const known = pointers.get(message)
    if (known) known.push(pointer)
    else pointers.set(message, [pointer])
  }
  return pointers
}
