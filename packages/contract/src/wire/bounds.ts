// How large a value may be, read off its schema and checked before anything else looks at it: one
// pass that ends at the first excess.

/** Where a schema names no bound of its own. Schemas of requests name theirs; a test sees to it. */
const TEXT_MAX = 100_000
const ITEMS_MAX = 10_000
/** Members that no schema knows are dropped, not refused; but nobody sends many of them. */
const UNKNOWN_MEMBERS_MAX = 64
/** What dropped members may hold; they are gone through as well. */
const UNKNOWN_VALUES_MAX = 20_000
/** Of members that callers name themselves. */
const NAME_MAX = 100

interface Schema {
  readonly type?: string | readonly string[]
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly acceptsOne?: boolean
  readonly alsoNamed?: readonly string[]
}

/** What is too much, and where: the steps from the body to the member. */
export interface Excess {
  readonly steps: readonly string[]
  readonly words: string
}

export interface Measured {
  readonly excess: Excess | undefined
  /** How many values the schema speaks of: what validation has to look at. */
  readonly values: number
}

interface Walk {
  values: number
}

type Check = (value: unknown, walk: Walk) => Excess | undefined

/**
 * Compiles the bounds of a schema: lengths of texts and lists, members of objects, and that every
 * text is well-formed Unicode, names and dropped members included. A validator that tells all
 * faults would go on through a list of hundreds of thousands of elements after it saw that ten are
 * allowed; this does not.
 */
export function boundsOf(schema: object): (value: unknown) => Measured {
  const check = checkOf(schema)
  return (value) => {
    const walk = { values: 0 }
    return { excess: check(value, walk), values: walk.values }
  }
}

function checkOf(schema: Schema): Check {
  const textMax = schema.maxLength ?? TEXT_MAX
  const ofObject = objectCheckOf(schema)
  const ofList = listCheckOf(schema)
  const single = schema.acceptsOne && schema.items ? checkOf(schema.items) : undefined
  return (value, walk) => {
    walk.values++
    if (Array.isArray(value)) return ofList(value, walk)
    if (single) return single(value, walk)
    if (typeof value === 'string') return textExcess(value, textMax)
    return typeof value === 'object' && value !== null ? ofObject(value, walk) : undefined
  }
}

function listCheckOf({ type, items, maxItems = ITEMS_MAX }: Schema): (list: readonly unknown[], walk: Walk) => Excess | undefined {
  if (!items) return type === undefined || type.includes('array') ? excessWithin : refusedByType
  const check = checkOf(items)
  const words = `must have at most ${maxItems} ${maxItems === 1 ? 'element' : 'elements'}`
  return (list, walk) => {
    if (list.length > maxItems) return { steps: [], words }
    for (let position = 0; position < list.length; position++) {
      const excess = check(list[position], walk)
      if (excess) return under(String(position), excess)
    }
    return undefined
  }
}

function objectCheckOf(schema: Schema): (object: object, walk: Walk) => Excess | undefined {
  const members = new Map<string, Check>()
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    for (const each of [name, ...(member.alsoNamed ?? [])]) members.set(each, checkOf(member))
  const { type, additionalProperties } = schema
  if (type !== undefined && !type.includes('object')) return refusedByType
  const others = typeof additionalProperties === 'object' ? checkOf(additionalProperties) : undefined
  const membersMax = schema.maxProperties ?? members.size + UNKNOWN_MEMBERS_MAX
  return (object, walk) => {
    const names = Object.keys(object)
    if (names.length > membersMax) return { steps: [], words: `must have at most ${membersMax} members` }
    for (const name of names) {
      const value = (object as Readonly<Record<string, unknown>>)[name]
      const check = members.get(name) ?? others
      if (!members.has(name)) {
        if (!name.isWellFormed()) return illFormedName
        if (others && name.length > NAME_MAX) return longName
      }
      const excess = check ? check(value, walk) : excessWithin(value)
      if (excess) return check ? under(name, excess) : excess
    }
    return undefined
  }
}

const longName: Excess = { steps: [], words: `must have names of at most ${NAME_MAX} characters` }

/**
 * Texts that are only a little too long are left to the validator, which tells them together with
 * what else is wrong.
 */
function textExcess(text: string, max: number): Excess | undefined {
  if (text.length > 2 * max) return { steps: [], words: `must have at most ${max} characters` }
  return text.isWellFormed() ? undefined : illFormed
}

const illFormed: Excess = { steps: [], words: 'must be well-formed Unicode text' }
const illFormedName: Excess = { steps: [], words: 'must have names and texts of well-formed Unicode only' }

/**
 * A list or an object where another type is wanted: the validator says so without looking into it.
 */
const refusedByType = (): undefined => undefined

/**
 * What no schema speaks of may be nested as deep as the body is long, so it is gone through without
 * recursion.
 */
function excessWithin(value: unknown): Excess | undefined {
  let values = 0
  const left: object[] = []
  const isIllFormed = (each: unknown): boolean => {
    if (typeof each === 'object' && each !== null) left.push(each)
    return typeof each === 'string' && !each.isWellFormed()
  }
  if (isIllFormed(value)) return illFormedName
  for (let each = left.pop(); each; each = left.pop()) {
    const names = Array.isArray(each) ? [] : Object.keys(each)
    values += Array.isArray(each) ? each.length : names.length
    if (values > UNKNOWN_VALUES_MAX) return manyUnknown
    if (names.some((name) => !name.isWellFormed()) || Object.values(each).some(isIllFormed)) return illFormedName
  }
  return undefined
}

const manyUnknown: Excess = { steps: [], words: `must have at most ${UNKNOWN_VALUES_MAX} values that are no part of the call` }

const under = (step: string, { steps, words }: Excess): Excess => ({ steps: [step, ...steps], words })
