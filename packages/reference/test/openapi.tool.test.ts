// The OpenAPI document as other tools see it: Redocly's linter, and every example checked against
// the schema beside it by ajv.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publicEndpointList, stillToCome } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApi } from '../src/index.ts'
import { isJsonObject, type Json, type JsonObject } from '../src/json.ts'

const redocly = join(import.meta.dirname, '../node_modules/@redocly/cli/bin/cli.js')
const document = openApi()
/** A name, nothing that is fetched. */
const SCHEMAS_BASE = 'https://dcms.invalid/schemas/'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-openapi-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Problem {
  ruleId: string
  severity: 'error' | 'warn'
  message: string
  location: { pointer?: string }[]
}

/**
 * Redocly's built-in rule set `recommended`, whole: there is no configuration file that switches a
 * rule off.
 */
async function lint(linted: JsonObject): Promise<Problem[]> {
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(linted))
  const args = [redocly, 'lint', file, '--extends=recommended', '--format=json', '--max-problems=500']
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 })
  const { stdout } = await run.catch((error: { stdout: string }) => error) // it ends with 1 when there are errors
  const { problems }: { problems: Problem[] } = JSON.parse(stdout)
  return problems
}

test('Redocly finds neither errors nor warnings', async () => {
  const problems = await lint(document)
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`)).toEqual([])
}, 150_000)

test('Redocly would find an operation without answers', async () => {
  const paths = { '/register': { post: { operationId: 'register', summary: 'x', responses: {} } } }
  expect((await lint({ ...document, paths })).length).toBeGreaterThan(0)
}, 150_000)

test('each endpoint is one operation, named after its use case', () => {
  const found = operations().map(({ operation }) => operation.operationId)
  expect(found.sort()).toEqual([...publicEndpointList.map(({ name }) => name), 'authenticate', 'gatewayKeys', 'openSession'].sort())
})

test('each operation shows every error code with an example in both forms', () => {
  for (const { operation } of operations().filter(isOfContract)) {
    const endpoint = publicEndpointList.find(({ name }) => name === operation.operationId)
    const text = JSON.stringify(resolved(operation.responses ?? null))
    for (const code of endpoint?.errors ?? []) {
      expect(text).toContain(`"#/components/examples/error.${code}"`)
      expect(text).toContain(`"#/components/examples/problem.${code}"`)
    }
  }
})

test('what is still to come is marked as planned and answers 501, what is built is not', () => {
  for (const { operation } of operations().filter(isOfContract)) {
    const isPlanned = stillToCome.has(String(operation.operationId))
    expect(operation['x-status']).toBe(isPlanned ? 'planned' : undefined)
    if (isPlanned) expect(Object.keys(isJsonObject(operation.responses) ? operation.responses : {})).toContain('501')
  }
})

test('no keyword of our own is left in a schema', () => {
  const text = JSON.stringify(document)
  for (const keyword of [
    'acceptsNumber',
    'padZeros',
    'padsText',
    'acceptsText',
    'anyCase',
    'synonyms',
    'acceptsOne',
    'alsoNamed',
    'formatText',
  ])
    expect(text).not.toContain(`"${keyword}":`)
})

test('every example fits the schema beside it', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  addFormats.default(ajv)
  for (const [name, schema] of Object.entries(schemas())) ajv.addSchema(asObject(absolute(schema)), `${SCHEMAS_BASE}${name}`)
  const faults: string[] = []
  let checked = 0
  for (const { path, schema, value } of examples()) {
    const validate = ajv.compile(asObject(absolute(schema)))
    checked += 1
    if (!validate(value)) faults.push(`${path}: ${ajv.errorsText(validate.errors)}`)
  }
  expect(faults).toEqual([])
  expect(checked).toBeGreaterThan(publicEndpointList.length * 2)
})

function operations(): { path: string; operation: JsonObject }[] {
  const paths = isJsonObject(document.paths) ? document.paths : {}
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isJsonObject(methods) ? methods : {}).flatMap(([, operation]) =>
      isJsonObject(operation) && 'operationId' in operation ? [{ path, operation }] : [],
    ),
  )
}

const isOfContract = ({ operation }: { operation: JsonObject }): boolean =>
  publicEndpointList.some(({ name }) => name === operation.operationId)

function at(pointer: string): Json {
  return pointer
    .slice(2)
    .split('/')
    .reduce<Json>((value, step) => (isJsonObject(value) ? (value[step] ?? null) : null), document)
}

/** The responses themselves instead of references to shared ones. */
function resolved(responses: Json): Json {
  if (!isJsonObject(responses)) return responses
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      isJsonObject(response) && typeof response.$ref === 'string' ? at(response.$ref) : response,
    ]),
  )
}

const schemas = (): JsonObject => asObject(at('#/components/schemas'))

/** The same with references to the document's schemas as ajv was told their names. */
const absolute = (value: Json): Json => JSON.parse(JSON.stringify(value).replaceAll('"#/components/schemas/', `"${SCHEMAS_BASE}`))

const asObject = (value: Json): JsonObject => (isJsonObject(value) ? value : {})

/** Every example of the document with the schema it stands beside. */
function examples(): { path: string; schema: JsonObject; value: Json }[] {
  const found: { path: string; schema: JsonObject; value: Json }[] = []
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value)) for (const [index, each] of value.entries()) visit(each, `${path}/${index}`)
    if (!isJsonObject(value)) return
    if (isJsonObject(value.schema) && value.example !== undefined) found.push({ path, schema: value.schema, value: value.example })
    if (isJsonObject(value.schema) && isJsonObject(value.examples))
      for (const [name, example] of Object.entries(value.examples))
        found.push({ path: `${path}/${name}`, schema: value.schema, value: exampleValue(example) })
    for (const [name, each] of Object.entries(value)) visit(each, `${path}/${name}`)
  }
  visit(document.paths ?? null, '')
  return found
}

function exampleValue(example: Json): Json {
  const own = isJsonObject(example) && typeof example.$ref === 'string' ? at(example.$ref) : example
  return isJsonObject(own) ? (own.value ?? null) : null
}
