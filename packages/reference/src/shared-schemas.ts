// Finds object schemas that stand in several places of the reference and gives each one name.
import { isJsonObject, type Json, type JsonObject, pascalCase } from './json.ts'

const OCCURRENCES_MIN = 2
const PROPERTIES_MIN = 3

interface Occurrence {
  readonly schema: JsonObject
  readonly names: string[]
}

/**
 * The schemas with every repeated object replaced by a `$ref`, and these objects as schemas of
 * their own. A shared schema is named after the member it stands under (`kitInfo`: `KitInfo`);
 * where that name is taken by another schema, the name of its first place comes before it.
 * @param prefix of the references: `#/components/schemas/`
 */
export function shareSchemas(schemas: Readonly<Record<string, JsonObject>>, prefix: string): Record<string, JsonObject> {
  const found = new Map<string, Occurrence>()
  for (const [name, schema] of Object.entries(schemas)) for (const member of nestedIn(schema)) collect(member, name, name, found)
  const names = namesOf(found, new Set(Object.keys(schemas)))
  const replace = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(replace)
    if (!isJsonObject(value)) return value
    const name = names.get(JSON.stringify(value))
    return name === undefined ? mapped(value, replace) : { $ref: `${prefix}${name}` }
  }
  const result: Record<string, JsonObject> = {}
  for (const [name, schema] of Object.entries(schemas)) result[name] = mapped(schema, replace)
  for (const [text, name] of names) {
    const occurrence = found.get(text)
    if (occurrence) result[name] = mapped(occurrence.schema, replace)
  }
  return result
}

/** Each value of an object schema with the member name it stands under. */
function nestedIn(schema: JsonObject): [name: string, value: Json][] {
  const members: [string, Json][] = []
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' && isJsonObject(value)) members.push(...Object.entries(value))
    else if (keyword === 'items') members.push(['', value])
    else if (['anyOf', 'oneOf', 'allOf'].includes(keyword) && Array.isArray(value)) for (const each of value) members.push(['', each])
  }
  return members
}

function collect([member, value]: [string, Json], parent: string, place: string, found: Map<string, Occurrence>): void {
  if (!isJsonObject(value)) return
  const name = member === '' ? parent : member
  if (isShareable(value)) {
    const text = JSON.stringify(value)
    const occurrence = found.get(text) ?? { schema: value, names: [] }
    occurrence.names.push(name, place)
    found.set(text, occurrence)
  }
  for (const nested of nestedIn(value)) collect(nested, name, place, found)
}

const isShareable = (schema: JsonObject): boolean =>
  schema.type === 'object' && isJsonObject(schema.properties) && Object.keys(schema.properties).length >= PROPERTIES_MIN

function namesOf(found: ReadonlyMap<string, Occurrence>, taken: Set<string>): Map<string, string> {
  const names = new Map<string, string>()
  for (const [text, { names: places }] of found) {
    if (places.length < 2 * OCCURRENCES_MIN) continue
    const [member = 'Shared', place = ''] = places
    const wanted = [pascalCase(member), `${place}${pascalCase(member)}`].find((name) => !taken.has(name))
    const name = wanted ?? `${place}${pascalCase(member)}${taken.size}`
    taken.add(name)
    names.set(text, name)
  }
  return names
}

const mapped = (members: JsonObject, replace: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, replace(value)]))
