// JSON values as the generated documents hold them.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The value as it goes over the wire: members that are undefined are gone, nothing is shared with
 * the contract's constants.
 */
export function toJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value ?? null))
  return json
}

/** The same for what is known to be an object. */
export function toJsonObject(value: object): JsonObject {
  const json = toJson(value)
  if (!isJsonObject(json)) throw new TypeError('a JSON object is expected')
  return json
}

/** `viewCustomer` as `ViewCustomer`. */
export const pascalCase = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
