// Validation by ajv: one compiled validator per schema, faults as plain sentences.
import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { FormatsPlugin } from 'ajv-formats'
import { boundsOf } from './bounds.ts'
import { loosenessKeywords, normaliserOf } from './normalise.ts'
import { isEmailAddress } from './text.ts'

const FAULTS_MAX = 50
/**
 * Of a value with more values in it than this, only the first fault is told: each fault costs, and
 * a body of 1 MB has room for very many.
 */
const ALL_FAULTS_VALUES_MAX = 5_000

const options = {
  removeAdditional: true,
  useDefaults: true,
  coerceTypes: false,
  strict: true,
  multipleOfPrecision: 6, // 1.1 is a multiple of 0.01, whatever binary fractions say
  allowUnionTypes: true,
  verbose: true,
  // Every process and most test files compile schemas, so that compiling counts. That the schemas
  // are valid themselves is a test's business (schemas.test.ts); what ajv's optimiser gains per
  // validation is some millionths of a second.
  meta: false,
  validateSchema: false,
  code: { optimize: false },
} as const
/** Loaded by the first value that is validated: rules, and most commands of `dcms`, need none. */
const load = createRequire(import.meta.url)
const tellsAll = onceNeeded(() => compiler({ allErrors: true }))
const tellsFirst = onceNeeded(() => compiler({ allErrors: false }))

function compiler(how: { allErrors: boolean }): Ajv2020 {
  const ajv: Ajv2020 = new (load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')).Ajv2020({ ...options, ...how })
  const formats: { default: FormatsPlugin } = load('ajv-formats')
  formats.default(ajv, ['date', 'date-time', 'uuid'])
  ajv.addFormat('email', isEmailAddress)
  for (const keyword of [...loosenessKeywords, 'containsText', 'formatText', 'missingText']) ajv.addKeyword(keyword)
  return ajv
}

export type Validated<T> = { readonly valid: true; readonly value: T } | { readonly valid: false; readonly fieldError: string[] }

/**
 * Compiles a schema into a validator. What is larger than the schema allows is refused before
 * anything else is done with it (bounds.ts); then the value is changed in place: documented
 * looseness is brought into one form (normalise.ts), unknown fields are dropped, defaults are
 * filled. A fault is one sentence that names the field by its path and never repeats the value.
 */
export function validatorOf<T>(schema: object): (value: unknown) => Validated<T> {
  const measure = onceNeeded(() => boundsOf(schema))
  const normalise = onceNeeded(() => normaliserOf(schema))
  const validatorTellingAll = onceNeeded(() => tellsAll().compile<T>(schema))
  const validatorTellingFirst = onceNeeded(() => tellsFirst().compile<T>(schema))
  return (value) => {
    const { excess, values } = measure()(value)
    if (excess) return { valid: false, fieldError: [`${fieldOf(excess.steps)} ${excess.words}`] }
    const input = normalise()(value)
    const validate: ValidateFunction<T> = values <= ALL_FAULTS_VALUES_MAX ? validatorTellingAll() : validatorTellingFirst()
    if (validate(input)) return { valid: true, value: input }
    return { valid: false, fieldError: sentencesOf(validate.errors ?? []) }
  }
}

function onceNeeded<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => (made ??= make())
}

/** Each sentence once, and no more than may be told. */
function sentencesOf(errors: readonly ErrorObject[]): string[] {
  const sentences = new Set<string>()
  for (const [position, error] of errors.entries()) {
    if (sentences.size === FAULTS_MAX) break
    if (!isOwnFault(error) || isToldByNeighbour(error, errors[position - 1], errors[position + 1])) continue
    if (!isOfCase(error) || !errors.some((other) => !isOfCase(other) && other.instancePath === error.instancePath))
      sentences.add(sentenceOf(error))
  }
  return [...sentences]
}

/**
 * What only explains another fault is left out: `contains` speaks for the elements that do not
 * match.
 */
const isOwnFault = ({ keyword, schemaPath }: ErrorObject): boolean =>
  keyword !== 'if' && keyword !== 'propertyNames' && !/\/(contains|if)\//.test(schemaPath)

/**
 * What holds in some cases only, such as in one country, is told of a member that is right
 * otherwise.
 */
const isOfCase = ({ schemaPath }: ErrorObject): boolean => schemaPath.includes('/then/')

/**
 * A text that does not fit its pattern and is too long has one fault, which the pattern says
 * better; one that is too short is just that.
 */
function isToldByNeighbour(error: ErrorObject, before: ErrorObject | undefined, after: ErrorObject | undefined): boolean {
  const isAt = (other: ErrorObject | undefined, keyword: string): boolean =>
    other?.keyword === keyword && other.instancePath === error.instancePath
  return (error.keyword === 'maxLength' && isAt(after, 'pattern')) || (error.keyword === 'pattern' && isAt(before, 'minLength'))
}

function sentenceOf(error: ErrorObject): string {
  const documented = missingTextOf(error)
  if (documented) return documented
  const field = fieldOf(stepsOf(error))
  switch (error.keyword) {
    case 'required':
      return `${field} is required`
    case 'type':
      if (error.instancePath === '') return `the body must be a JSON ${error.params.type === 'array' ? 'list' : 'object'}`
      return `${field} must be ${typeWords(error.params.type)}${rejectedNumberWords(error)}`
    case 'enum':
      return `${field} must be one of ${error.params.allowedValues.map(String).join(', ')}`
    case 'const':
      return `${field} must be ${JSON.stringify(error.params.allowedValue)}`
    case 'minItems':
      return `${field} must have at least ${error.params.limit} ${error.params.limit === 1 ? 'element' : 'elements'}`
    case 'maxItems':
      return `${field} must have at most ${error.params.limit} ${error.params.limit === 1 ? 'element' : 'elements'}`
    case 'minLength':
      return error.params.limit === 1 ? `${field} must not be empty` : `${field} must have at least ${error.params.limit} characters`
    case 'maxLength':
      return `${field} must have at most ${error.params.limit} characters`
    case 'format':
      return `${field} must be ${formatWords[error.params.format] ?? `a valid ${error.params.format}`}`
    case 'contains':
      return `${field} must contain ${error.parentSchema?.containsText ?? 'a matching element'}`
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return `${field} must be ${error.params.comparison} ${error.params.limit}`
    case 'multipleOf':
      return `${field} must be a multiple of ${error.params.multipleOf}`
    case 'pattern':
      return `${field} has a wrong format${error.parentSchema?.formatText ? `: ${error.parentSchema.formatText}` : ''}`
    default:
      return `${field} ${error.message ?? 'is not valid'}`
  }
}

/** `missingText` of a member: the sentence a page shows for a member that is absent or empty. */
function missingTextOf({ keyword, params, parentSchema }: ErrorObject): string | undefined {
  if (keyword === 'required') return parentSchema?.properties?.[params.missingProperty]?.missingText
  return keyword === 'minItems' ? parentSchema?.missingText : undefined
}

const formatWords: Readonly<Record<string, string>> = {
  date: 'a valid date, YYYY-MM-DD',
  'date-time': 'a valid timestamp, ISO 8601',
  email: 'a valid e-mail address',
}

const typeWords = (type: string | string[]): string => {
  const words = (Array.isArray(type) ? type : [type]).map((each) => (/^[aeio]/.test(each) ? `an ${each}` : `a ${each}`))
  return words.join(' or ').replace('a null', 'null')
}

/**
 * Where a number may stand for text, this one could not: negative, with decimals, or too large to
 * be exact.
 */
const rejectedNumberWords = ({ data, parentSchema }: ErrorObject): string =>
  typeof data === 'number' && parentSchema?.acceptsNumber && parentSchema.formatText ? `: ${parentSchema.formatText}` : ''

function stepsOf(error: ErrorObject): string[] {
  const steps = error.instancePath.split('/').slice(1)
  return error.keyword === 'required' ? [...steps, error.params.missingProperty] : steps
}

/** `kitInfo`, `0`, `cardType` as callers write it: `kitInfo[0].cardType`. */
const fieldOf = (steps: readonly string[]): string =>
  steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '') || 'the body'
