import { readSdkNames } from './sdk-names.js'
import { toReadme } from './sdk-readme.js'
import { toObject, type BundledDocument } from './bundled-document.js'

/**
 * Texts of the files that the SDK's package has beside what is compiled, by path. `calls` is the text of the generated
 * `sdk.gen.ts`.
 */
export function toPackageFiles(document: BundledDocument, calls: string): Readonly<Record<string, string>> {
  const names = readSdkNames(document['info'])
  const { title, summary, license } = toObject(document['info'])
  const { identifier } = toObject(license)
  const manifest = {
    name: names.packageName,
    version: names.version,
    description: `Client of ${String(title)}${typeof summary === 'string' ? `: ${summary}` : ''}`,
    license: typeof identifier === 'string' ? identifier : 'SEE LICENSE IN LICENSE',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19.0' },
    files: ['lib'],
    exports: {
      '.': { types: './lib/generated/sdk/index.d.ts', default: './lib/generated/sdk/index.js' },
      './package.json': './package.json',
    },
  }
  return {
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'README.md': toReadme(document, names, calls),
  }
}
