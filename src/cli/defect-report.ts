import type { Defect } from '../contract/defect.js'
import { codesOf } from './defect-classes.js'
import { toPlain, type Paint } from './terminal.js'

/** Somebody else's document can have a thousand defects of one kind, and the other kinds are to be seen too. */
const shownPlaces = 10

/**
 * Defects by class, the gravest first. What several share is said once, above the places that have it: their pointers, each
 * with the file that it was read from where that is not the document itself. They stay in the order in which they were found;
 * the first of many are shown.
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
      ...[...placesByMessage(ofCode)].flatMap(([message, places]) => [
        `  ${message}`,
        ...places.slice(0, shownPlaces).map((place) => `    ${paint('dim', place)}`),
        ...(places.length > shownPlaces
          ? [`    and ${places.length - shownPlaces} more, which --json lists`]
          : []),
      ]),
      '',
    ]
  })
}

function placesByMessage(defects: readonly Defect[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  for (const { message, pointer, file } of defects) {
    const place = file === undefined ? pointer : `${pointer}, in ${file}`
    const known = places.get(message)
    if (known) known.push(place)
    else places.set(message, [place])
  }
  return places
}
