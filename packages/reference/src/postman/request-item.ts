// One endpoint as a request of the collection, with its example body and a test of what it may
// answer.
import { type PublicEndpoint, stillToCome } from '@dcms/contract'
import { errorsOf } from '../error-answers.ts'
import { isJsonObject, type Json, type JsonObject, toJson } from '../json.ts'

export const script = (text: string): JsonObject => ({ type: 'text/javascript', exec: text.trimEnd().split('\n') })

/** A request to a path of the gateway; the scripts add tenant, token and sealing. */
export function rawRequest(method: string, path: string, raw?: string, further: JsonObject = {}): JsonObject {
  const { header = [], query = [], variable = [], description = '' } = further
  const steps = path.slice(1).split('/')
  const search =
    Array.isArray(query) && query.length > 0
      ? `?${query.map((each) => (isJsonObject(each) ? `${each.key}=${each.value}` : '')).join('&')}`
      : ''
  return {
    method,
    header,
    url: { raw: `{{baseUrl}}${path}${search}`, host: ['{{baseUrl}}'], path: steps, query, variable },
    description,
    ...(raw !== undefined && { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } }),
  }
}

export interface ItemChanges {
  readonly name?: string
  /** Members of the body that replace those of the example. */
  readonly body?: JsonObject
  /** In place of the usual test. */
  readonly test?: string
}

/** The request of an endpoint as its first example shows it. */
export function requestItem(endpoint: PublicEndpoint, changes: ItemChanges = {}): JsonObject {
  const { method, path, summary, description, idempotency, upload, parametersIn = {} } = endpoint
  const [example] = endpoint.examples
  const whole = toJson(example.request)
  const members: JsonObject = { ...(isJsonObject(whole) ? whole : {}), ...changes.body }
  const placed = (place: 'path' | 'query'): JsonObject[] =>
    Object.entries(members).flatMap(([key, value]) => (parametersIn[key] === place ? [{ key, value: String(value) }] : []))
  const body = Object.fromEntries(Object.entries(members).filter(([name]) => !Object.hasOwn(parametersIn, name)))
  const bodyNamesTheCall = Object.hasOwn(body, 'requestId')
  if (bodyNamesTheCall) body.requestId = '{{$guid}}'
  const header: Json[] = [
    ...(upload ? [{ key: 'Content-Type', value: `multipart/form-data; filename="${String(members.fileName)}"` }] : []),
    ...(idempotency === 'read' || bodyNamesTheCall ? [] : [{ key: 'Idempotency-Key', value: '{{$guid}}' }]),
  ]
  const raw = upload ? String(members.content) : JSON.stringify(Array.isArray(whole) ? whole : body, null, 2)
  const postmanPath = `/v1${path.replace(/\{(\w+)\}/g, ':$1')}`
  const isPlanned = stillToCome.has(endpoint.name)
  return {
    name: changes.name ?? (isPlanned ? `Planned: ${summary}` : summary),
    request: rawRequest(method, postmanPath, raw, { header, query: placed('query'), variable: placed('path'), description }),
    event: [{ listen: 'test', script: script(changes.test ?? (isPlanned ? plannedTest(endpoint) : documentedTest(endpoint))) }],
  }
}

/** What is taken sealed only is refused for that first, where the body came clear. */
const plannedTest = ({ sealedOnly }: PublicEndpoint): string => `pm.test('is planned: this release says so', () => {
  const expected = ${sealedOnly ? "pm.variables.get('mode') === 'clear' ? 'encryption.required' : " : ''}'endpoint.not.available'
  pm.expect(JSON.parse(pm.variables.get('answer')).exception.errorCode).to.equal(expected)
})`

/**
 * Examples meet whatever data the installation has: a result, or one of the refusals that the
 * reference lists.
 */
const documentedTest = (endpoint: PublicEndpoint): string => `pm.test('answers a result or a refusal that is documented', () => {
  const { exception } = JSON.parse(pm.variables.get('answer'))
  if (exception) pm.expect(${JSON.stringify(errorsOf(endpoint))}).to.include(exception.errorCode)
})`
