// How many bytes a body may have, from its schema: what the longest valid body takes, within bounds
// that hold for all.

const KIB = 1024
/**
 * Room for layout and for members we do not know, on top of what the schema asks for; read and
 * dropped within a few milliseconds.
 */
const SLACK_BYTES = 256 * KIB
/** No body but an uploaded file is larger, whatever its schema would have room for. */
export const BODY_BYTES_MAX = 1024 * KIB

/** A code point outside the basic plane as two escapes, `\ud83d\ude00`. */
const CHARACTER_BYTES = 12
const NUMBER_BYTES = 25
/** Quotes, colon, comma and a little layout. */
const MEMBER_BYTES = 8

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: Schema
  readonly additionalProperties?: boolean | Schema
}

/**
 * What an endpoint takes: its own limit where it has one (uploads), else what its schema asks for.
 */
export function bodyBytesMaxOf({ request, bodyMaxBytes }: { request: object; bodyMaxBytes?: number }): number {
  if (bodyMaxBytes !== undefined) return bodyMaxBytes
  return Math.min(BODY_BYTES_MAX, Math.ceil(bytesOf(request) / KIB) * KIB + SLACK_BYTES)
}

/** Bytes of the longest value that a schema takes; too many rather than too few. */
function bytesOf(schema: Schema): number {
  const { type, maxLength = 0, maxItems = 0, maxProperties = 0, items, properties = {}, additionalProperties } = schema
  if (schema.enum) return Math.max(...schema.enum.map((value) => JSON.stringify(value).length * CHARACTER_BYTES))
  const types: readonly (string | undefined)[] = Array.isArray(type) ? type : [type]
  const text = types.includes('string') ? maxLength * CHARACTER_BYTES + 2 : NUMBER_BYTES
  const list = items ? maxItems * (bytesOf(items) + MEMBER_BYTES) : 0
  const members = Object.entries(properties).map(([name, member]) => name.length + MEMBER_BYTES + bytesOf(member))
  const others = typeof additionalProperties === 'object' ? maxProperties * (100 * CHARACTER_BYTES + bytesOf(additionalProperties)) : 0
  return MEMBER_BYTES + Math.max(text, list) + members.reduce((sum, bytes) => sum + bytes, 0) + others
}
