// Turns schemas of the contract into plain JSON Schema 2020-12: our own keywords become what they
// mean, in forms that generators of clients know. Each value has one type, or one type and null:
// what is taken besides (a number for text) is a sentence, as unions become nameless classes in a
// client, and a bare null stops generators.
import { isJsonObject, type Json, type JsonObject, toJson, toJsonObject } from './json.ts'

/**
 * What JSON Schema knows; the contract's own keywords are none of these and are left out. So are
 * `if` and `then`, which generators of clients do not know: the descriptions of the members say
 * what they mean.
 */
const keywords = new Set([
  ...['type', 'enum', 'const', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'format', 'pattern'],
  ...['minLength', 'maxLength', 'contentEncoding', 'contentMediaType', 'contentSchema'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['items', 'prefixItems', 'contains', 'minContains', 'maxContains', 'minItems', 'maxItems', 'uniqueItems'],
  ...['properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'required', 'minProperties', 'maxProperties'],
  ...['dependentRequired', 'dependentSchemas', 'allOf', 'anyOf', 'oneOf', 'not', '$ref', '$defs'],
])
const nestedSchemas = ['items', 'contains', 'not', 'additionalProperties', 'propertyNames']
const nestedLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const nestedMaps = ['properties', 'patternProperties', '$defs', 'dependentSchemas']

/**
 * The schema of what callers should send; documented looseness is told in words, and unknown fields
 * are taken (and dropped).
 */
export function requestSchema(schema: object): JsonObject {
  return translated(toJsonObject(schema), { open: true })
}

/** The schema of what is answered or published. */
export function resultSchema(schema: object): JsonObject {
  return translated(toJsonObject(schema), { open: false })
}

interface Reading {
  /**
   * Leaves `additionalProperties: false` out: services drop unknown fields, they do not refuse
   * them.
   */
  readonly open: boolean
}

function translated(schema: JsonObject, reading: Reading): JsonObject {
  const translate = (each: Json): Json => (isJsonObject(each) ? translated(each, reading) : each)
  const plain: Record<string, Json> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (!keywords.has(keyword)) continue
    if (keyword === 'additionalProperties' && value === false && reading.open) continue
    if (nestedSchemas.includes(keyword)) plain[keyword] = translate(value)
    else if (nestedLists.includes(keyword) && Array.isArray(value)) plain[keyword] = value.map(translate)
    else if (nestedMaps.includes(keyword) && isJsonObject(value)) plain[keyword] = mapped(value, translate)
    else plain[keyword] = value
  }
  return withOtherNames(schema, withLooseness(schema, withOneType(plain)))
}

/**
 * Says the type where the values say it already. What is always null is a text or null and what is
 * always true a boolean, with a sentence: of the exact forms generators make code that does not
 * run.
 */
function withOneType(plain: Record<string, Json>): Record<string, Json> {
  if (plain.type === 'null') return { ...plain, type: ['string', 'null'], description: always(plain, null) }
  const { const: only, ...rest } = plain
  if (typeof only === 'boolean') return { ...rest, type: 'boolean', description: always(plain, only) }
  if (plain.type !== undefined) return plain
  const values = only !== undefined ? [only] : Array.isArray(plain.enum) ? plain.enum : []
  const [type, ...further] = new Set(values.map((value) => (value === null ? 'null' : typeof value)))
  if (type === undefined) return plain
  return { type: further.length === 0 ? type : [type, ...further], ...plain }
}

const always = ({ description }: JsonObject, value: Json): string =>
  [sentence(typeof description === 'string' ? description : ''), `Always ${String(value)}.`].filter(Boolean).join(' ')

const mapped = (members: JsonObject, translate: (each: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, translate(member)]))

/**
 * The schema with the further forms its value may have, and a sentence on each in its description.
 */
function withLooseness(schema: JsonObject, plain: Record<string, Json>): JsonObject {
  const notes: string[] = []
  const described = typeof schema.description === 'string' ? schema.description : ''
  if (typeof schema.formatText === 'string' && !described.includes(schema.formatText)) notes.push(`Format: ${schema.formatText}.`)
  if (schema.acceptsNumber === true) takeNumbers(schema, plain, notes)
  if (schema.acceptsText === true) notes.push('May be sent as text.')
  if (schema.anyCase === true) takeAnyCase(plain, notes)
  if (isJsonObject(schema.synonyms)) takeSynonyms(schema.synonyms, plain, notes)
  if (schema.acceptsOne === true) notes.push('A single value is taken for a list of one.')
  return notes.length === 0 ? plain : { ...plain, description: [sentence(described), ...notes].filter(Boolean).join(' ') }
}

function takeAnyCase(plain: Record<string, Json>, notes: string[]): void {
  if (typeof plain.pattern === 'string') plain.pattern = plain.pattern.replaceAll('A-Z', 'A-Za-z')
  notes.push('Letters of any case are taken.')
}

function takeNumbers(schema: JsonObject, plain: Record<string, Json>, notes: string[]): void {
  const digits = typeof schema.padZeros === 'number' ? schema.padZeros : undefined
  if (schema.padsText === true && digits !== undefined) plain.pattern = `^\\d{1,${digits}}$`
  const padded = digits === undefined ? '' : `; leading zeros may be missing${schema.padsText === true ? ', in text too' : ''}`
  notes.push(`A JSON number is taken as well${padded}.`)
}

function takeSynonyms(synonyms: JsonObject, plain: Record<string, Json>, notes: string[]): void {
  if (!Array.isArray(plain.enum)) return // a free text: its description says what else is taken
  plain.enum = [...new Set([...plain.enum, ...Object.keys(synonyms)])]
  for (const [word, meaning] of Object.entries(synonyms)) notes.push(`\`${word}\` is taken for \`${String(meaning)}\`.`)
}

/**
 * Members that may come under another name: each name is a member of its own, and a required one is
 * told to be so in words.
 */
function withOtherNames(schema: JsonObject, plain: JsonObject): JsonObject {
  if (!isJsonObject(schema.properties) || !isJsonObject(plain.properties)) return plain
  const properties: Record<string, Json> = { ...plain.properties }
  let needed = Array.isArray(plain.required) ? plain.required : []
  for (const [name, member] of Object.entries(schema.properties)) {
    const others = isJsonObject(member) ? toJson(member.alsoNamed) : null
    if (!Array.isArray(others) || others.length === 0) continue
    const isNeeded = needed.includes(name)
    needed = needed.filter((each) => each !== name)
    for (const other of others) {
      const description = `Another name of \`${name}\`.${isNeeded ? ' One of them is required.' : ''}`
      properties[String(other)] = { ...asObject(properties[name]), deprecated: true, description }
    }
  }
  const { required: _required, ...rest } = plain
  return { ...rest, properties, ...(needed.length > 0 && { required: needed }) }
}

const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})
const sentence = (text: string): string => (text === '' || /[.!?`]$/.test(text) ? text : `${text}.`)
