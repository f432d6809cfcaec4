/**
 * `tsx src/dev/docs-build.ts [file]`: the docs of `generated/openapi.json` as one HTML file (default `dist/docs.html`)
 * that opens without a server or a network.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { isJsonObject } from '../contract/json-pointer.js'
import { readDocument } from '../contract/document/read-document.js'
import { createStaticDocs } from '../http/docs.js'

const file = resolve(process.argv[2] ?? 'dist/docs.html')
const document = await readDocument(new URL('../../generated/openapi.json', import.meta.url))
if (!isJsonObject(document)) throw new Error('generated/openapi.json is no OpenAPI document')

await mkdir(dirname(file), { recursive: true })
await writeFile(file, createStaticDocs({ document }))
console.log(`wrote ${relative('.', file)}`)
