// The looseness that the published pages show, accepted where a schema says so and turned into one
// form here, before validation.

/**
 * Keywords of ours in request schemas. They change a value before it is validated; what they cannot
 * turn into the one form stays as it is and the schema refuses it.
 * - `acceptsNumber`: a JSON number becomes text (`8642135` for `"8642135"`); a number that
 *   JavaScript cannot hold exactly is left alone.
 * - `padZeros: 4`: the text of that number gets its leading zeros back (`729` for `"0729"`). Only
 *   with `acceptsNumber`.
 * - `padsText`: digits that came as text get them back too (`"729"`). Only with `padZeros`.
 * - `acceptsText`: text becomes the number or boolean it spells (`"500"`, `"true"`), for members
 *   whose type is number, integer or boolean.
 * - `anyCase`: text is raised to upper case (`delivered` for `DELIVERED`).
 * - `synonyms: { ALLOCATED: 'ASSIGNED' }`: another word for the same value.
 * - `acceptsOne`: a single value stands for an array of one.
 * - `alsoNamed: ['changer']` on a member: other names under which it may arrive; its own name wins.
 */
export interface Looseness {
  readonly acceptsNumber?: boolean
  readonly padZeros?: number
  readonly padsText?: boolean
  readonly acceptsText?: boolean
  readonly anyCase?: boolean
  readonly synonyms?: Readonly<Record<string, string>>
  readonly acceptsOne?: boolean
  readonly alsoNamed?: readonly string[]
}

export const loosenessKeywords = [
  'acceptsNumber',
  'padZeros',
  'padsText',
  'acceptsText',
  'anyCase',
  'synonyms',
  'acceptsOne',
  'alsoNamed',
] as const

interface Schema extends Looseness {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

type Normalise = (value: unknown) => unknown

/**
 * Brings values into their one form; objects are changed in place. What no looseness is said of is
 * not looked at.
 */
export const normaliserOf = (schema: Schema): Normalise => looseness(schema) ?? unchanged

/** The same for one value. */
export const normalise = (schema: Schema, value: unknown): unknown => normaliserOf(schema)(value)

const unchanged: Normalise = (value) => value

function looseness(schema: Schema): Normalise | undefined {
  const ofElement = schema.items && looseness(schema.items)
  const members: (readonly [string, Schema, Normalise | undefined])[] = []
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const ofMember = looseness(member)
    if (ofMember || member.alsoNamed) members.push([name, member, ofMember])
  }
  const ownForm = loosenessKeywords.some((keyword) => keyword !== 'alsoNamed' && keyword !== 'acceptsOne' && schema[keyword] !== undefined)
  if (!ownForm && !schema.acceptsOne && !ofElement && members.length === 0) return undefined
  return (value) => {
    const single = ownForm ? inOneForm(schema, value) : value
    if (schema.items) {
      const list = schema.acceptsOne && single !== undefined && single !== null && !Array.isArray(single) ? [single] : single
      return Array.isArray(list) && ofElement ? list.map(ofElement) : list
    }
    if (isObject(single)) {
      for (const [name, member, ofMember] of members) {
        if (member.alsoNamed) takeOtherNames(single, name, member.alsoNamed)
        if (ofMember && Object.hasOwn(single, name)) single[name] = ofMember(single[name])
      }
    }
    return single
  }
}

function inOneForm(schema: Schema, value: unknown): unknown {
  if (typeof value === 'number' && schema.acceptsNumber) {
    if (!Number.isSafeInteger(value) || value < 0) return value
    return String(value).padStart(schema.padZeros ?? 0, '0')
  }
  if (typeof value !== 'string') return value
  if (schema.acceptsText) return spelledOut(schema, value)
  if (schema.padsText && schema.padZeros && /^\d+$/.test(value)) return value.padStart(schema.padZeros, '0')
  const text = schema.anyCase ? value.toUpperCase() : value
  return schema.synonyms && Object.hasOwn(schema.synonyms, text) ? schema.synonyms[text] : text
}

function spelledOut({ type }: Schema, text: string): unknown {
  const types = typeof type === 'string' ? [type] : (type ?? [])
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if ((types.includes('number') || types.includes('integer')) && /^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return Number(text)
  return text
}

function takeOtherNames(object: Record<string, unknown>, name: string, others: readonly string[]): void {
  for (const other of others) {
    if (!Object.hasOwn(object, other)) continue
    if (!Object.hasOwn(object, name)) object[name] = object[other]
    delete object[other]
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
