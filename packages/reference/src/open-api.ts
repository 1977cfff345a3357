// The OpenAPI 3.1 document of the whole public API, made from the contract.
import { type ErrorCode, families, publicEndpointList } from '@dcms/contract'
import { accessErrors, accessPaths, accessSchemas, accessTag } from './access-paths.ts'
import { envelopeSchemas, headers, parameters, securitySchemes } from './components.ts'
import { errorExamples, errorsOf } from './error-answers.ts'
import { familyDescriptions, introduction } from './introduction.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { operationOf } from './operation.ts'
import { shareResponses } from './shared-responses.ts'
import { shareSchemas } from './shared-schemas.ts'
import { version } from './version.ts'

const SCHEMAS = '#/components/schemas/'

/**
 * The OpenAPI document: one operation per public endpoint (`operationId` is the use case), log-in,
 * session and keys, each with schemas, examples and every error code. Endpoints still to come carry
 * `x-status: planned` and a 501.
 */
export function openApi(): JsonObject {
  const operations = publicEndpointList.map(operationOf)
  const paths: Record<string, JsonObject> = { ...accessPaths }
  for (const { path, method, operation } of operations) paths[path] = { ...paths[path], [method]: operation }
  const schemas = shareSchemas({ ...Object.assign({}, ...operations.map((each) => each.schemas)), ...accessSchemas }, SCHEMAS)
  const codes = new Set<ErrorCode>([...publicEndpointList.flatMap(errorsOf), ...accessErrors])
  const shared = shareResponses(paths)
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'DCMS: debit-card management',
      version,
      summary: 'The API that a bank calls.',
      description: introduction,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: '/v1', description: 'The calls of this installation' },
      { url: '/dcms', description: 'The same calls under the prefix of the published guides' },
    ],
    security: [{ bearer: [] }],
    tags: tags(),
    paths: shared.paths,
    components: {
      schemas: sorted({ ...schemas, ...envelopeSchemas }),
      responses: sorted(shared.responses),
      parameters,
      headers,
      examples: errorExamples(codes),
      securitySchemes,
    },
  }
}

function tags(): Json[] {
  const used = new Set(publicEndpointList.map(({ family }) => family))
  const access = { name: accessTag, description: 'Logging in, opening a session, the keys to seal to.' }
  return [access, ...[...used].map((family) => ({ name: families[family], description: familyDescriptions[family] }))]
}

function sorted(members: Readonly<Record<string, Json>>): Record<string, JsonObject> {
  const entries = Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.flatMap(([name, member]) => (isJsonObject(member) ? [[name, member]] : [])))
}
