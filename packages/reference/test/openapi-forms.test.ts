// The forms in which openapi.json says things: those that generators of clients make code of that
// compiles. What the generators themselves make of it shows generated-clients.journey.test.ts; this
// stands beside it as it needs no tools and names the place.
import { expect, test } from '@jest/globals'
import { openApi } from '../src/index.ts'
import { isJsonObject, type Json, type JsonObject, pascalCase } from '../src/json.ts'

const document = openApi()
const named = membersOf(membersOf(document.components).schemas)

interface Place {
  readonly path: string
  readonly schema: JsonObject
  /** Whether it is one of the forms of a union. */
  readonly isForm: boolean
}

const places = [
  ...Object.entries(named).flatMap(([name, schema]) => schemasIn(schema, name)),
  ...schemasBesides({ paths: document.paths ?? null, components: { ...membersOf(document.components), schemas: null } }),
]
const pathsOf = (wrong: (place: Place) => boolean): string[] => places.filter(wrong).map(({ path }) => path)

test('null stands beside a type or beside a named schema, never alone', () => {
  expect(places.length).toBeGreaterThan(1_000)
  expect(pathsOf(({ schema, isForm }) => schema.type === 'null' && !isForm)).toEqual([])
})

test('a value has one type, or one type and null', () => {
  const isUnion = ({ schema: { type } }: Place): boolean => Array.isArray(type) && (type.length !== 2 || type[1] !== 'null')
  expect(pathsOf(isUnion)).toEqual([])
})

test('every schema says its type or refers to one that does', () => {
  expect(pathsOf(({ schema }) => !['type', '$ref', 'anyOf'].some((keyword) => keyword in schema))).toEqual([])
})

test('the only unions are a named schema or null', () => {
  const isNullable = (forms: Json | undefined): boolean => {
    const [one, other, ...more] = Array.isArray(forms) ? forms.map(membersOf) : []
    return more.length === 0 && typeof one?.$ref === 'string' && other?.type === 'null'
  }
  const isUnion = ({ schema }: Place): boolean => 'anyOf' in schema && !isNullable(schema.anyOf)
  expect(pathsOf((place) => 'oneOf' in place.schema || 'allOf' in place.schema || isUnion(place))).toEqual([])
})

test('what is always true or false is told in words, as generated code compares it with a text', () => {
  expect(pathsOf(({ schema }) => typeof schema.const === 'boolean')).toEqual([])
})

test('schemas with a name are objects or lists: of others generators make enumerations whose values clash', () => {
  const wrong = Object.entries(named).filter(([, schema]) => !['object', 'array'].includes(String(membersOf(schema).type)))
  expect(wrong.map(([name]) => name)).toEqual([])
})

test('schemas, operations and titles have names of their own, whatever the letters’ case', () => {
  const titles = places.flatMap(({ schema }) => (typeof schema.title === 'string' ? [schema.title] : []))
  for (const names of [Object.keys(named), operations().map(({ operationId }) => String(operationId)), titles])
    expect(repeated(names.map((name) => name.toLowerCase()))).toEqual([])
})

test('a schema called like the request of an operation is the body of that operation', () => {
  for (const operation of operations()) {
    const name = `${pascalCase(String(operation.operationId))}Request`
    if (name in named) expect(JSON.stringify(bodyOf(operation)['application/json'])).toContain(`"#/components/schemas/${name}"`)
  }
})

test('the clear form of a body comes first: generators make the type of a body from the first', () => {
  for (const operation of operations()) {
    const forms = Object.keys(bodyOf(operation))
    if (forms.includes('application/json')) expect([operation.operationId, forms[0]]).toEqual([operation.operationId, 'application/json'])
  }
})

const repeated = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index)

function membersOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

const operations = (): JsonObject[] =>
  Object.values(membersOf(document.paths)).flatMap((methods) =>
    Object.values(membersOf(methods))
      .map(membersOf)
      .filter((operation) => 'operationId' in operation),
  )

const bodyOf = ({ requestBody }: JsonObject): JsonObject => membersOf(membersOf(requestBody).content)

/** The schema and every schema inside it. */
function schemasIn(value: Json | undefined, path: string, isForm = false): Place[] {
  if (!isJsonObject(value)) return []
  const found: Place[] = [{ path, schema: value, isForm }]
  for (const keyword of ['items', 'additionalProperties', 'contains', 'contentSchema'])
    found.push(...schemasIn(value[keyword], `${path}/${keyword}`))
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const forms = value[keyword]
    if (Array.isArray(forms))
      for (const [index, form] of forms.entries()) found.push(...schemasIn(form, `${path}/${keyword}/${index}`, true))
  }
  for (const [name, member] of Object.entries(membersOf(value.properties))) found.push(...schemasIn(member, `${path}/${name}`))
  return found
}

/** The schemas of parameters, headers, bodies and answers. */
function schemasBesides(value: Json, path = ''): Place[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => schemasBesides(each, `${path}/${index}`))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, each]) => {
    if (name === 'example' || name === 'examples') return []
    return name === 'schema' ? schemasIn(each, `${path}/schema`) : schemasBesides(each, `${path}/${name}`)
  })
}
