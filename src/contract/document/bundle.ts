import { createBundledComponents, keyOf } from './bundled-components.js'
import type { DefectLog } from '../defect.js'
import { createBundledReferences } from './bundled-references.js'
import { fileAt, inside, isOwnComponent, type BundledPlace } from './bundled-place.js'
import { isJsonObject, setMember, valueAt, type JsonObject } from '../json-pointer.js'
import { isExtension, kindsBySection, sectionOf, stepOf, type ObjectKind, type Step } from './object-kinds.js'
import { parseOpenApiVersion } from './openapi-version.js'
import type { OpenApiDocument } from './read-document.js'
import type { SourceFile, SourceResource } from './schema-resources.js'
import { createSources, toReference, type SourceTarget } from './source-files.js'

/*
 * Joins the files of a document into one. References are kept, never expanded: a target in another file becomes a
 * component (path items, which many documents split off, take its place), and a reference to it becomes internal.
 * A schema resource (JSON Schema 2020-12 core, sections 8.2.1 and 9.3) is copied once and whole, so that what is said inside
 * of it keeps its meaning.
 */

export interface Bundle {
  readonly document: OpenApiDocument
  /** The file that a place of the bundle was read from; `undefined` for the document itself. */
  readonly fileOf: (pointer: string) => string | undefined
}

/** Copies `root`, read from `url`, with everything that it refers to. */
export async function bundle(root: JsonObject, url: URL, defects: DefectLog): Promise<Bundle> {
  const hasIds = parseOpenApiVersion(root['openapi']) !== '3.0'
  const sources = createSources(root, url, hasIds)
  const { staysPut, isReplaced, written } = createBundledReferences(sources, hasIds)
  const components = createBundledComponents(root)
  const files = new Map<string, SourceFile>()
  /** References that may name what files say that were not read yet. */
  const unsettled: (() => Promise<void>)[] = []

  const addUnit = async (unit: SourceResource): Promise<string> =>
    components.add('schemas', unit, (pointer) => copyUnit(unit, pointer))

  const copyUnit = async (unit: SourceResource, pointer: string): Promise<unknown> => {
    files.set(pointer, unit.file)
    const value = valueAt(unit.file.value, unit.tokens) as JsonObject
    const copied = (await copy(value, 'schema', { ...unit, pointer, isWhole: true, inlined: [] })) as object
    const { $id } = value
    return typeof $id === 'string' && URL.canParse($id) ? copied : { ...copied, $id: unit.uri }
  }

  const report = (reference: string, why: string, pointer: string): void => {
    const message = `\`$ref: ${reference}\` leads nowhere (${why}): correct it`
    defects.report({ code: 'unresolvable-reference', pointer, message })
  }

  /** The reference in the bundle for one in a file; a text in `why` where it leads nowhere. */
  const follow = async (
    target: SourceTarget,
    kind: ObjectKind,
    section: string,
    seen = new Set<string>(),
  ): Promise<{ readonly reference: string } | { readonly why: string }> => {
    const { file, tokens } = target
    if (file === sources.root) return { reference: toReference('#', tokens) || '#' }
    const value = valueAt(file.value, tokens)
    if (value === undefined) return { why: 'the file has nothing at that pointer' }
    const unit = kind === 'schema' ? sources.unitAt(target) : undefined
    if (unit) {
      const pointer = await addUnit(unit)
      return { reference: toReference(pointer, tokens.slice(unit.tokens.length)) }
    }
    const known = components.pointerOf(section, target)
    if (known !== undefined) return { reference: known }
    // A file that only points on is passed through, so that a component file can stand for another.
    const next = isJsonObject(value) && Object.keys(value).length === 1 ? value['$ref'] : undefined
    if (typeof next === 'string') {
      const key = keyOf(section, target)
      if (seen.has(key)) return { why: 'it refers to itself' }
      const onward = await sources.resolve(next, target, true)
      if (typeof onward !== 'object') return { why: `${onward ?? ''}, in ${file.name}` }
      return follow(onward, kind, section, seen.add(key))
    }
    const pointer = await components.add(section, target, (at) => {
      files.set(at, file)
      return copy(value, kind, { file, tokens, pointer: at, isWhole: false, inlined: [] })
    })
    return { reference: pointer }
  }

  /** Puts what a reference becomes into `members`, at once or, where it may name what is read later, in the end. */
  const point = async (
    members: Record<string, unknown>,
    member: string,
    reference: string,
    kind: ObjectKind,
    place: BundledPlace,
  ): Promise<void> => {
    const settle = async (isLast: boolean): Promise<void> => {
      const target = await sources.resolve(reference, place, isLast)
      if (target === undefined) {
        unsettled.push(() => settle(true))
        return
      }
      const found =
        typeof target === 'string'
          ? { why: target }
          : await follow(target, kind, sectionOf[kind] ?? 'schemas')
      if (typeof target === 'object' && 'reference' in found)
        setMember(members, member, written(member, found.reference, target, place))
      // A mapping that leads nowhere is told where its discriminator is read.
      else if ('why' in found && member.startsWith('$')) report(reference, found.why, place.pointer)
    }
    setMember(members, member, reference)
    await settle(false)
  }

  const copy = async (value: unknown, kind: ObjectKind, place: BundledPlace): Promise<unknown> => {
    if (!isJsonObject(value)) return value
    if (kind === 'schema' && !place.isWhole) {
      const unit = sources.unitAt(place)
      // A resource must not stand in the bundle twice.
      if (unit) return { $ref: await addUnit(unit) }
    }
    const reference = value['$ref']
    const leadsOut =
      typeof reference === 'string' &&
      sectionOf[kind] !== undefined &&
      !(await staysPut(reference, kind, place))
    if (leadsOut && (kind === 'pathItem' || isOwnComponent(place, sources.root))) {
      const inlined = await inline(value, reference, kind, place)
      if (inlined) return inlined
    }
    const members = await copyMembers(value, kind, place)
    if (leadsOut) await point(members, '$ref', reference, kind, place)
    const dynamic = kind === 'schema' && hasIds ? value['$dynamicRef'] : undefined
    if (typeof dynamic === 'string' && !(await staysPut(dynamic, kind, place)))
      await point(members, '$dynamicRef', dynamic, kind, place)
    return members
  }

  /** What a reference leads to in place of it; `undefined` where it has to stay a reference. */
  const inline = async (
    value: JsonObject,
    reference: string,
    kind: ObjectKind,
    place: BundledPlace,
  ): Promise<unknown> => {
    const target = await sources.resolve(reference, place, true)
    if (typeof target !== 'object') return undefined
    const key = keyOf(sectionOf[kind] ?? '', target)
    if (!isReplaced(value, kind, target) || place.inlined.includes(key)) return undefined
    const { file, tokens } = target
    const isUnit = kind === 'schema' && sources.unitAt(target)
    if (isUnit)
      return components.pointerOf('schemas', target) === place.pointer
        ? copyUnit(isUnit, place.pointer)
        : undefined
    files.set(place.pointer, file)
    const inlined = [...place.inlined, key]
    const found = valueAt(file.value, tokens)
    const copied = (await copy(found, kind, { ...place, file, tokens, inlined })) as JsonObject
    const { $ref: _, ...beside } = value
    return { ...copied, ...(await copyMembers(beside, kind, place)) }
  }

  const copyMembers = async (
    value: JsonObject,
    kind: ObjectKind,
    place: BundledPlace,
  ): Promise<Record<string, unknown>> => {
    const members: Record<string, unknown> = {}
    const isMoved = kind === 'schema' && hasIds && place.file !== sources.root && !place.isWhole
    for (const [name, member] of Object.entries(value)) {
      const step = stepOf(kind, name)
      const at = inside(place, name)
      // References to it are pointers now, and another file may have one of the same name.
      if (isMoved && name === '$anchor') continue
      if (kind === 'schema' && name === 'discriminator')
        setMember(members, name, await copyDiscriminator(member, at))
      else
        setMember(
          members,
          name,
          step && !isExtension(name, step[1]) ? await copyStep(member, step, at) : member,
        )
    }
    return members
  }

  const copyStep = async (value: unknown, [shape, kind]: Step, place: BundledPlace): Promise<unknown> => {
    if (shape === 'one') return copy(value, kind, place)
    if (shape === 'list') {
      if (!Array.isArray(value)) return value
      const items: unknown[] = []
      for (const [index, item] of (value as readonly unknown[]).entries())
        items.push(await copy(item, kind, inside(place, index)))
      return items
    }
    if (!isJsonObject(value)) return value
    const members: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value))
      setMember(
        members,
        name,
        isExtension(name, kind) ? member : await copy(member, kind, inside(place, name)),
      )
    return members
  }

  const copyDiscriminator = async (value: unknown, place: BundledPlace): Promise<unknown> => {
    const mapping = isJsonObject(value) ? value['mapping'] : undefined
    if (!isJsonObject(value) || !isJsonObject(mapping)) return value
    const mapped: Record<string, unknown> = {}
    for (const [name, target] of Object.entries(mapping)) {
      // A bare word names a schema of `components`; anything with a path or fragment is a reference.
      const isUri = typeof target === 'string' && /[/#.]/.test(target)
      if (isUri && !(await staysPut(target, 'schema', place)))
        await point(mapped, name, target, 'schema', place)
      else setMember(mapped, name, target)
    }
    return { ...value, mapping: mapped }
  }

  const nameOwnComponents = async (): Promise<void> => {
    for (const [section, kind] of kindsBySection) {
      const declared = valueAt(root, ['components', section])
      for (const [name, component] of Object.entries(isJsonObject(declared) ? declared : {})) {
        const reference = isJsonObject(component) ? component['$ref'] : undefined
        if (!isJsonObject(component) || typeof reference !== 'string' || reference.startsWith('#')) continue
        const from = { file: sources.root, tokens: ['components', section, name] }
        const target = await sources.resolve(reference, from, true)
        if (typeof target !== 'object' || !isReplaced(component, kind, target)) continue
        components.name(section, target, name)
      }
    }
  }

  await nameOwnComponents()
  const start: BundledPlace = { file: sources.root, tokens: [], pointer: '#', isWhole: false, inlined: [] }
  const document = (await copyMembers(root, 'document', start)) as JsonObject
  for (const settle of unsettled) await settle()
  return { document: components.joinTo(document), fileOf: (pointer) => fileAt(pointer, files)?.name }
}
