import type { Defect } from '../contract/defect.js'
import { codesOf } from './defect-classes.js'
import { toPlain, type Paint } from './terminal.js'

/**
 * Defects by class, the gravest first. What several share is said once, above their pointers, which stay in the order in
 * which they were found.
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
        ...pointers.map((pointer) => `    ${paint('dim', pointer)}`),
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
