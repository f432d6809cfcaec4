/* Contested cases of the corpus that are decided the other way here, by reason. */

const differing: Readonly<Record<string, string>> = {
  'a path parameter is one segment: `{name}*` is no template of OpenAPI':
    'eov-0004 eov-0342 eov-0344 eov-0345 eov-0347 eov-0348',
  'a fragment never reaches a server, so templates that differ by it alone are one path':
    'route-047 route-068',
  'a segment with quotes and parentheses is matched as it is written, and this one belongs to the other template':
    'route-050',
  '`servers` never route, nor check the values of their variables': 'eov-0335 eov-0337',
  'unknown query parameters are refused by default': 'eov-0209 eov-0213 koa-0006 kin-0080 kin-0089',
  'the formats of RFC 3339 are asserted, in requests and in replies':
    'eov-0042 eov-0044 resp-005 resp-006 resp-007 resp-013 resp-014 resp-041 resp-062 resp-063 resp-064 resp-065 resp-067 resp-068',
  'a format that nobody knows is a defect of the document; where that is let pass it asserts nothing':
    'eov-0060 eov-0061 eov-0062',
  'nothing is taken out of a body to make it fit: what a closed object does not declare is refused':
    'eov-0219 eov-0221 eov-0222 resp-051 resp-052 resp-069 resp-071',
  'bodies and replies are never coerced': 'eov-0245 resp-044',
  'a multipart body that cannot be split, and a media type that is not declared, are told by other statuses':
    'eov-0079 eov-0233',
  'where the value of a discriminator names no schema, the alternatives decide': 'eov-0105',
  'a discriminator names schemas by `mapping` and also by their names ("Discriminator Object")': 'eov-0106',
  'a reserved character that a query can hold is no fault: how it is written says nothing of what it means':
    'eov-0166 eov-0217 pb-0068',
  'percent-encoded separators are data, and those of the style separate': 'eov-0170',
  'a schema is held against the value that was sent, not against what an application would make of it':
    'eov-0327',
  'a `form` parameter that is an object is its members, not a JSON text': 'eov-0207',
  'with `explode`, which `form` has by default, a comma is a part of the one value':
    'pb-0048 pb-0049 pb-0070 pb-0084',
  'a list header of commas is no cookie-value (RFC 6265 section 4.1.1)': 'pb-0232 pb-0234 pb-0236',
  'an empty text is no number and no boolean': 'kin-0051 kin-0054 kin-0057 kinp-053 kinp-056 kinp-059',
  '`deepObject` nests, and a name that comes again makes a list; indexes that leave gaps make none':
    'kin-0081 kin-0082 kin-0090 kin-0098 kin-0099 kinp-083 kinp-084 kinp-100 kinp-101 pb-0093',
  '`nullable` widens `type` alone: null is still none of an `enum` without it (OpenAPI 3.0.4)':
    'koa-0036 resp-097',
  'a schema of an object cannot hold bytes of a type that is not read': 'pb-0303 pb-0304',
  'a text under a JSON media type is a JSON string': 'resp-089',
  'defaults are not filled into replies, so what a schema requires must be there': 'resp-102',
}

const reasons: ReadonlyMap<string, string> = new Map(
  Object.entries(differing).flatMap(([reason, ids]) => ids.split(' ').map((id) => [id, reason] as const)),
)

/** Why a contested case is decided the other way; `undefined` where it is not. */
export function reasonOf(id: string): string | undefined {
  return reasons.get(id)
}
