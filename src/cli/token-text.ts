import type { JsonObject } from '../contract/json-pointer.js'
import type { Reach } from './describe-reach.js'
import type { TokenDescription } from './describe-token.js'
import { show } from './refused-token.js'
import { toColumns, toCount, toPlain, toSeries, type Paint } from './terminal.js'

/** A description for a person, in lines. */
export function toTokenText(description: TokenDescription, paint: Paint): readonly string[] {
  const { accepted, refusal, header, claims, operations } = description
  const section = (title: string, rows: readonly (readonly string[])[]): readonly string[] => [
    '',
    paint('bold', title),
    // Names are data too here, so that rows are made plain and not what they are made of.
    ...toColumns(toPlain(rows)),
  ]
  return [
    accepted ? paint('green', 'Accepted.') : paint('red', `Refused: ${toPlain(refusal?.code ?? '')}.`),
    ...(refusal ? [`  ${toPlain(refusal.seen)}`, `  ${toPlain(refusal.advice)}`] : []),
    ...section('Policy', toPolicyRows(description)),
    ...(header ? section('Header', toRows(header)) : []),
    ...(claims ? section('Claims', toRows(claims, description.dates)) : []),
    ...(claims ? section('As the policy reads it', toReadingRows(description)) : []),
    ...(claims ? section(toReachTitle(operations, accepted), operations.map(toReachRow)) : []),
  ]
}

function toPolicyRows({ policy }: TokenDescription): readonly (readonly string[])[] {
  const { issuer, preset, audiences, clientIds, typ, algorithms, clockToleranceSeconds } = policy
  return [
    ['iss', issuer],
    ['preset', preset],
    ['aud', audiences === null ? 'not looked at' : toSeries(audiences, 'or')],
    [
      'typ',
      toSeries(
        typ.map((one) => one ?? 'none'),
        'or',
      ),
    ],
    ['alg', algorithms.join(' ')],
    ['clients', clientIds === null ? 'any of the issuer' : clientIds.join(' ')],
    ['clocks', `may differ by ${clockToleranceSeconds} seconds`],
  ]
}

function toRows(members: JsonObject, dates: TokenDescription['dates'] = {}): readonly (readonly string[])[] {
  return Object.entries(members).map(([name, value]) => {
    const moment = Object.hasOwn(dates, name) ? dates[name] : undefined
    return [name, moment ? `${show(value)}  ${moment.at}, ${moment.distance}` : show(value)]
  })
}

function toReadingRows({ client, scopes }: TokenDescription): readonly (readonly string[])[] {
  const granted = scopes.value.length === 0 ? 'none' : scopes.value.join(' ')
  return [
    ['client', client.value ?? 'none', `from ${toSeries(client.from, 'or')}`],
    ['scopes', granted, `from ${toSeries(scopes.from, 'or')}`],
    ...(scopes.advice === undefined ? [] : [['', scopes.advice]]),
  ]
}

function toReachTitle(operations: readonly Reach[], accepted: boolean): string {
  const open = operations.filter(({ outcome }) => outcome === 'anyone' || outcome === 'open').length
  const verb = accepted ? 'opens' : 'would open, if it were accepted,'
  return `It ${verb} ${open} of ${toCount(operations.length, 'operation')}`
}

function toReachRow({ operation, outcome, missing }: Reach): readonly string[] {
  switch (outcome) {
    case 'anyone':
      return ['open', operation, 'to anyone']
    case 'open':
      return ['open', operation]
    case 'scopes':
      return ['closed', operation, `lacks ${toSeries(missing, 'and')}`]
    case 'binding':
      return ['closed', operation, 'asks for a token that is bound otherwise']
    case 'credentials':
      return ['closed', operation, 'asks for other credentials']
  }
}
