import { generateKeyPairSync, sign } from 'node:crypto'

/** PEM text. */
export interface CertificateWithKey {
  readonly cert: string
  readonly key: string
}

/*
 * A self-signed X.509 certificate (RFC 5280), written out: Node makes keys and signatures but no certificates. Only the
 * few DER forms that it needs.
 */
const tags = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex')
  const isShort = content.length < 0x80
  return Buffer.concat([Buffer.of(tag), ...(isShort ? [] : [Buffer.of(0x80 | size.length)]), size, content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(tags.sequence, ...parts)
const bits = (content: Buffer): Buffer => der(tags.bits, Buffer.of(0), content)
const oid = (hex: string): Buffer => der(tags.oid, Buffer.from(hex, 'hex'))
const time = (date: Date): Buffer =>
  der(tags.time, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const commonName = oid('550403')
const subjectAltName = oid('551d11')

/** A certificate for `localhost` and 127.0.0.1 with a new P-256 key, valid from now on (default: for an hour). */
export function createCertificate(name = 'localhost', lifeMs = 3_600_000): CertificateWithKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = sequence(der(tags.set, sequence(commonName, der(tags.text, Buffer.from(name)))))
  const altNames = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)))
  const certificate = sequence(
    der(0xa0, der(tags.integer, Buffer.of(2))),
    der(tags.integer, Buffer.of(1)),
    ecdsaWithSha256,
    subject,
    sequence(time(new Date(Date.now() - 60_000)), time(new Date(Date.now() + lifeMs))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(subjectAltName, der(tags.octets, altNames)))),
  )
  const signature = sign('sha256', certificate, privateKey)
  const text = sequence(certificate, ecdsaWithSha256, bits(signature)).toString('base64')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
