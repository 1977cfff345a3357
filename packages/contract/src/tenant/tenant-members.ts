// Members of a tenant definition that the schema does not know: a definition is an operator's word,
// and a misspelt word must not pass for silence.
import leven from 'leven'
import { tenantSchema } from './tenant.ts'

const FAULTS_MAX = 50

/** As much of a JSON schema as says which members there are. */
interface Shape {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: boolean
  readonly items?: Shape
}

/**
 * One sentence for each member, at any depth, that no definition has, with its path and the name it
 * comes nearest to; fifty at most. What a bank's public keys hold besides is their own affair (RFC
 * 7517, 4).
 */
export function unknownTenantMembers(definition: unknown): string[] {
  return unknownIn(definition, tenantSchema, '').slice(0, FAULTS_MAX)
}

function unknownIn(value: unknown, shape: Shape, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = shape
    return items ? value.flatMap((item, position) => unknownIn(item, items, `${path}[${position}]`)) : []
  }
  const { properties } = shape
  if (typeof value !== 'object' || value === null || !properties) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (known) return at === 'clientKeys' ? [] : unknownIn(member, known, at)
    if (shape.additionalProperties !== false) return []
    return [`${at} is no member of a tenant definition; the nearest is ${nearest(name, Object.keys(properties))}`]
  })
}

/**
 * A name that begins as the given one does comes first: `upgrade` means `upgradeReplaceAtOnce`
 * rather than `name`.
 */
function nearest(name: string, known: readonly string[]): string {
  const given = name.toLowerCase()
  const distance = (candidate: string): number => {
    const other = candidate.toLowerCase()
    return other.startsWith(given) || given.startsWith(other) ? 0 : leven(given, other, { maxDistance: 100 })
  }
  return known.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best))
}
