// Turns schemas of the contract into plain JSON Schema 2020-12: our own keywords become what they mean.
import { isJsonObject, type Json, type JsonObject, toJson, toJsonObject } from './json.ts'

const NUMBER_TEXT = '^-?\\d{1,15}(\\.\\d{1,6})?$'
const BOOLEAN_TEXT = '^(true|false)$'

/**
 * What JSON Schema knows; the contract's own keywords are none of these and are left out. So are `if` and `then`, which generators of clients
 * do not know: the descriptions of the members say what they mean.
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

/** The schema of what callers may send: documented looseness is part of it, and unknown fields are taken (and dropped). */
export function requestSchema(schema: object): JsonObject {
  return translated(toJsonObject(schema), { open: true })
}

/** The schema of what is answered or published. */
export function resultSchema(schema: object): JsonObject {
  return translated(toJsonObject(schema), { open: false })
}

interface Reading {
  /** Leaves `additionalProperties: false` out: services drop unknown fields, they do not refuse them. */
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
  return withOtherNames(schema, withLooseness(schema, plain))
}

const mapped = (members: JsonObject, translate: (each: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, translate(member)]))

/** The schema with the further forms its value may have, and a sentence on each in its description. */
function withLooseness(schema: JsonObject, plain: Record<string, Json>): JsonObject {
  const notes: string[] = []
  const described = typeof schema.description === 'string' ? schema.description : ''
  if (typeof schema.formatText === 'string' && !described.includes(schema.formatText)) notes.push(`Format: ${schema.formatText}.`)
  if (schema.acceptsNumber === true) takeNumbers(schema, plain, notes)
  if (schema.acceptsText === true) takeTexts(schema, plain, notes)
  if (schema.anyCase === true) takeAnyCase(plain, notes)
  if (isJsonObject(schema.synonyms)) takeSynonyms(schema.synonyms, plain, notes)
  if (schema.acceptsOne === true) notes.push('A single value is taken for a list of one.')
  const noted = notes.length === 0 ? plain : { ...plain, description: [sentence(described), ...notes].filter(Boolean).join(' ') }
  return schema.acceptsOne === true ? oneOrMany(noted) : noted
}

function takeAnyCase(plain: Record<string, Json>, notes: string[]): void {
  if (typeof plain.pattern === 'string') plain.pattern = plain.pattern.replaceAll('A-Z', 'A-Za-z')
  notes.push('Letters of any case are taken.')
}

function takeNumbers(schema: JsonObject, plain: Record<string, Json>, notes: string[]): void {
  plain.type = [...typesOf(plain), 'integer']
  plain.minimum = 0
  if (Array.isArray(plain.enum)) plain.enum = [...plain.enum, ...plain.enum.filter(isDigits).map(Number)]
  const digits = typeof schema.padZeros === 'number' ? schema.padZeros : undefined
  if (schema.padsText === true && digits !== undefined) plain.pattern = `^\\d{1,${digits}}$`
  const padded = digits === undefined ? '' : `; leading zeros may be missing${schema.padsText === true ? ', in text too' : ''}`
  notes.push(`A JSON number is taken as well${padded}.`)
}

function takeTexts(schema: JsonObject, plain: Record<string, Json>, notes: string[]): void {
  const types = typesOf(schema)
  plain.type = [...types, 'string']
  plain.pattern = types.includes('boolean') ? BOOLEAN_TEXT : NUMBER_TEXT
  if (Array.isArray(plain.enum)) plain.enum = [...plain.enum, ...plain.enum.map(String)]
  notes.push('May be sent as text.')
}

function takeSynonyms(synonyms: JsonObject, plain: Record<string, Json>, notes: string[]): void {
  if (!Array.isArray(plain.enum)) return // a free text: its description says what else is taken
  plain.enum = [...new Set([...plain.enum, ...Object.keys(synonyms)])]
  for (const [word, meaning] of Object.entries(synonyms)) notes.push(`\`${word}\` is taken for \`${String(meaning)}\`.`)
}

function oneOrMany({ description, ...list }: JsonObject): JsonObject {
  const single = list.items ?? {}
  return { ...(description === undefined ? {} : { description }), anyOf: [list, single] }
}

/** Members that may come under another name: each name is a member of its own, and one of them is there where the member is required. */
function withOtherNames(schema: JsonObject, plain: JsonObject): JsonObject {
  if (!isJsonObject(schema.properties) || !isJsonObject(plain.properties)) return plain
  const properties: Record<string, Json> = { ...plain.properties }
  let required = Array.isArray(plain.required) ? plain.required : []
  const alternatives: Json[] = []
  for (const [name, member] of Object.entries(schema.properties)) {
    const others = isJsonObject(member) ? toJson(member.alsoNamed) : null
    if (!Array.isArray(others) || others.length === 0) continue
    for (const other of others)
      properties[String(other)] = { ...asObject(properties[name]), deprecated: true, description: `Another name of \`${name}\`.` }
    if (!required.includes(name)) continue
    required = required.filter((each) => each !== name)
    alternatives.push({ anyOf: [name, ...others].map((each) => ({ required: [each] })) })
  }
  const allOf = [...(Array.isArray(plain.allOf) ? plain.allOf : []), ...alternatives]
  const { required: _required, ...rest } = plain
  return { ...rest, properties, ...(required.length > 0 && { required }), ...(allOf.length > 0 && { allOf }) }
}

/** The types that a schema names, or that its values have where it names none. */
function typesOf(schema: JsonObject): readonly Json[] {
  if (Array.isArray(schema.type)) return schema.type
  if (typeof schema.type === 'string') return [schema.type]
  return Array.isArray(schema.enum) ? [...new Set(schema.enum.map((value) => typeof value))] : ['string']
}

const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})
const isDigits = (value: Json): boolean => typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value)
const sentence = (text: string): string => (text === '' || /[.!?`]$/.test(text) ? text : `${text}.`)
