// One endpoint of the contract as an OpenAPI operation with the schemas it needs.
import { bodyBytesMaxOf, type Example, families, htuOf, normalise, type PublicEndpoint, stillToCome, success } from '@dcms/contract'
import { successEnvelope } from './components.ts'
import { errorResponses, errorsOf, sealed } from './error-answers.ts'
import { isJsonObject, type Json, type JsonObject, pascalCase, toJson } from './json.ts'
import { requestSchema, resultSchema } from './schema.ts'

export interface Operation {
  readonly path: string
  readonly method: string
  readonly operation: JsonObject
  /** By component name. */
  readonly schemas: Readonly<Record<string, JsonObject>>
}

const SCHEMAS = '#/components/schemas/'
const PLANNED_BADGE = 'Planned'

/** The operation of an endpoint, planned ones marked as such. */
export function operationOf(endpoint: PublicEndpoint): Operation {
  const { name, method, path, family, summary, description } = endpoint
  const isPlanned = stillToCome.has(name)
  const whole = requestSchema(endpoint.request)
  const requestName = `${pascalCase(name)}Request`
  const resultName = `${pascalCase(name)}Result`
  const answerName = `${pascalCase(name)}Answer`
  const body = bodySchema(endpoint, whole)
  const result = resultSchema(endpoint.result)
  // A result that is one word or a boolean has no name of its own: generators would make
  // enumerations that clash.
  const hasName = result.type === 'object' || result.type === 'array'
  const operation: JsonObject = {
    operationId: name,
    tags: [families[family]],
    summary: isPlanned ? `${PLANNED_BADGE}: ${summary}` : summary,
    description: `${description}\n\n${permissionText(endpoint)}${isPlanned ? '\n\nThis release answers 501 `endpoint.not.available`.' : ''}`,
    ...(isPlanned && { 'x-status': 'planned', 'x-badges': [{ name: PLANNED_BADGE }] }),
    parameters: parametersOf(endpoint, whole),
    ...(endpoint.upload
      ? { requestBody: uploadBody(endpoint) }
      : hasContent(body) && { requestBody: requestBody(endpoint, body, requestName) }),
    responses: { 200: successResponse(endpoint, `${SCHEMAS}${answerName}`), ...errorResponses(errorsOf(endpoint)) },
  }
  const schemas = {
    ...(!endpoint.upload && hasContent(body) && { [requestName]: body }),
    ...(hasName && { [resultName]: result }),
    [answerName]: successEnvelope(hasName ? { $ref: `${SCHEMAS}${resultName}` } : result),
  }
  return { path, method: method.toLowerCase(), operation, schemas }
}

/** What the caller's roles must grant; operations that need more than the rest are named. */
function permissionText({ permission, permissionOfOperation = {} }: PublicEndpoint): string {
  const further = new Map<string, string[]>()
  for (const [operation, needed] of Object.entries(permissionOfOperation))
    if (needed !== permission) further.set(needed, [...(further.get(needed) ?? []), `\`${operation}\``])
  const exceptions = [...further].map(([needed, operations]) => ` ${operations.join(', ')} also: \`${needed}\`.`)
  return `Needs the permission \`${permission}\`.${exceptions.join('')}`
}

/** Whether there is anything to send: members, or a list. */
const hasContent = ({ type, properties }: JsonObject): boolean =>
  type === 'array' || (isJsonObject(properties) && Object.keys(properties).length > 0)

/** The request schema without what travels in the path or the query. */
function bodySchema({ parametersIn = {} }: PublicEndpoint, whole: JsonObject): JsonObject {
  if (whole.type === 'array') return whole
  const { properties, required, ...rest } = whole
  const inBody = (name: string): boolean => !Object.hasOwn(parametersIn, name)
  const needed = (Array.isArray(required) ? required : []).filter((name) => inBody(String(name)))
  const members = isJsonObject(properties) ? Object.fromEntries(Object.entries(properties).filter(([name]) => inBody(name))) : {}
  return { ...rest, properties: members, ...(needed.length > 0 && { required: needed }) }
}

function parametersOf(endpoint: PublicEndpoint, whole: JsonObject): JsonObject[] {
  const { parametersIn = {}, idempotency, examples } = endpoint
  const members = isJsonObject(whole.properties) ? whole.properties : {}
  const required = Array.isArray(whole.required) ? whole.required : []
  const sample = requestOf(endpoint, examples[0])
  const own = Object.entries(parametersIn).map(([name, place]) => {
    const member = members[name]
    const { description, ...schema } = isJsonObject(member) ? member : {}
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema,
      ...(isJsonObject(sample) && sample[name] !== undefined && { example: sample[name] }),
    }
  })
  const shared = ['Tenant', 'RequestId', ...(idempotency === 'read' ? [] : ['IdempotencyKey'])]
  return [...own, ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` }))]
}

function requestBody(endpoint: PublicEndpoint, body: JsonObject, requestName: string): JsonObject {
  const schema = { $ref: `${SCHEMAS}${requestName}` }
  const clear = { 'application/json': { schema, examples: examplesOf(endpoint, (example) => bodyOf(endpoint, example)) } }
  const purpose = ` The protected header of a sealed body says \`aud: <tenant>\` and \`htu: ${htuOf(endpoint.method, endpoint.path)}\`${endpoint.path.includes('{') ? ' with the parameter as sent' : ''}.`
  return {
    required: body.type === 'array' || (Array.isArray(body.required) && body.required.length > 0),
    description: `${
      endpoint.sealedOnly
        ? 'Taken sealed only: a clear body is refused with `encryption.required`, whatever the tenant’s setting.'
        : 'Sealed; clear JSON only where the tenant’s setting `encryption` is `OPTIONAL`.'
    }${purpose} At most ${bodyBytesMaxOf(endpoint) / 1024} KB.`,
    // Clear first: generators of clients make the type of a body from the first form.
    content: { ...clear, 'application/jose': { schema: sealed(schema.$ref) } },
  }
}

/**
 * The example's request in the one form that its schema shows, where the contract's example makes
 * use of what is taken besides.
 */
const requestOf = ({ request: schema }: PublicEndpoint, { request }: Example): Json => toJson(normalise(schema, toJson(request)))

/** The example's members that travel in the body. */
function bodyOf(endpoint: PublicEndpoint, example: Example): Json {
  const { parametersIn = {} } = endpoint
  const whole = requestOf(endpoint, example)
  if (!isJsonObject(whole)) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !Object.hasOwn(parametersIn, name)))
}

function uploadBody({ bodyMaxBytes }: PublicEndpoint): JsonObject {
  const limit = bodyMaxBytes === undefined ? '' : ` At most ${bodyMaxBytes / (1024 * 1024)} MB.`
  return {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          required: ['file'],
          properties: {
            file: {
              type: 'string',
              contentMediaType: 'application/octet-stream',
              description: `The file, with its name; as one JWE with \`cty: text/plain\`, or clear as \`text/plain\` where the tenant allows it.${limit}`,
            },
          },
        },
        encoding: { file: { contentType: 'application/jose, text/plain' } },
      },
    },
  }
}

function successResponse(endpoint: PublicEndpoint, answerReference: string): JsonObject {
  return {
    description: 'Done. The answer comes as the request came: sealed to a sealed one, clear to a clear one.',
    headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
    content: {
      'application/json': {
        schema: { $ref: answerReference },
        examples: examplesOf(endpoint, ({ result }) => toJson(success(result))),
      },
      'application/jose': { schema: sealed(answerReference) },
    },
  }
}

const examplesOf = ({ examples }: PublicEndpoint, value: (example: Example) => Json): JsonObject =>
  Object.fromEntries(examples.map((example) => [example.name, { value: value(example) }]))
