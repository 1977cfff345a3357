// Responses that several operations answer letter by letter alike become components.
import { isJsonObject, type Json, type JsonObject } from './json.ts'

const names: Readonly<Record<string, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  501: 'NotImplemented',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
}

/**
 * The paths with a `$ref` for every response that occurs more than once, and these responses by
 * name.
 */
export function shareResponses(paths: Readonly<Record<string, JsonObject>>): {
  paths: Record<string, JsonObject>
  responses: Record<string, JsonObject>
} {
  const counts = new Map<string, number>()
  eachResponse(paths, (_status, response) => {
    const text = JSON.stringify(response)
    counts.set(text, (counts.get(text) ?? 0) + 1)
    return response
  })
  const nameOf = new Map<string, string>()
  const responses: Record<string, JsonObject> = {}
  const replaced = eachResponse(paths, (status, response) => {
    const text = JSON.stringify(response)
    const base = names[status]
    if (base === undefined || (counts.get(text) ?? 0) < 2) return response
    const name = nameOf.get(text) ?? freeName(base, responses)
    nameOf.set(text, name)
    responses[name] = response
    return { $ref: `#/components/responses/${name}` }
  })
  return { paths: replaced, responses }
}

/** `Conflict`, then `Conflict2` … */
function freeName(base: string, taken: Readonly<Record<string, JsonObject>>): string {
  for (let number = 2, name = base; ; number++) {
    if (!Object.hasOwn(taken, name)) return name
    name = `${base}${number}`
  }
}

function eachResponse(
  paths: Readonly<Record<string, JsonObject>>,
  change: (status: string, response: JsonObject) => JsonObject,
): Record<string, JsonObject> {
  const changed = (members: JsonObject, each: (name: string, member: JsonObject) => Json): JsonObject =>
    Object.fromEntries(Object.entries(members).map(([name, member]) => [name, isJsonObject(member) ? each(name, member) : member]))
  const operation = (_method: string, { responses, ...rest }: JsonObject): JsonObject =>
    isJsonObject(responses) ? { ...rest, responses: changed(responses, change) } : rest
  return Object.fromEntries(Object.entries(paths).map(([path, methods]) => [path, changed(methods, operation)]))
}
