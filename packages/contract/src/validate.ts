// Validation by ajv: one compiled validator per schema, faults as plain sentences.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { loosenessKeywords, normalise } from './normalise.ts'

const FAULTS_MAX = 50

const ajv = new Ajv2020({
  allErrors: true,
  removeAdditional: true,
  useDefaults: true,
  coerceTypes: false,
  strict: true,
  multipleOfPrecision: 6, // 1.1 is a multiple of 0.01, whatever binary fractions say
  allowUnionTypes: true,
  verbose: true,
})
addFormats.default(ajv)
for (const keyword of loosenessKeywords) ajv.addKeyword(keyword)

export type Validated<T> = { readonly valid: true; readonly value: T } | { readonly valid: false; readonly fieldError: string[] }

/**
 * Compiles a schema into a validator. The value is changed in place: documented looseness is brought into one form (normalise.ts),
 * unknown fields are dropped, defaults are filled. A fault is one sentence that names the field by its path and never repeats the value.
 */
export function validatorOf<T>(schema: object): (value: unknown) => Validated<T> {
  let validate: ValidateFunction<T> | undefined
  return (value) => {
    validate ??= ajv.compile<T>(schema)
    const input = normalise(schema, value)
    if (validate(input)) return { valid: true, value: input }
    const sentences = (validate.errors ?? []).filter(isOwnFault).map(sentenceOf)
    return { valid: false, fieldError: [...new Set(sentences)].slice(0, FAULTS_MAX) }
  }
}

/** What only explains another fault is left out: `contains` speaks for the elements that do not match. */
const isOwnFault = ({ keyword, schemaPath }: ErrorObject): boolean =>
  keyword !== 'if' && keyword !== 'propertyNames' && !schemaPath.includes('/contains/')

function sentenceOf(error: ErrorObject): string {
  const documented = missingTextOf(error)
  if (documented) return documented
  const field = fieldOf(error) || 'the body'
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
      return `${field} must be a valid ${formatWords[error.params.format] ?? error.params.format}`
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
  date: 'date, YYYY-MM-DD',
  'date-time': 'timestamp, ISO 8601',
  email: 'e-mail address',
}

const typeWords = (type: string | string[]): string => {
  const words = (Array.isArray(type) ? type : [type]).map((each) => (/^[aeio]/.test(each) ? `an ${each}` : `a ${each}`))
  return words.join(' or ').replace('a null', 'null')
}

/** Where a number may stand for text, this one could not: negative, with decimals, or too large to be exact. */
const rejectedNumberWords = ({ data, parentSchema }: ErrorObject): string =>
  typeof data === 'number' && parentSchema?.acceptsNumber && parentSchema.formatText ? `: ${parentSchema.formatText}` : ''

/** `/kitInfo/0/cardType` as callers write it: `kitInfo[0].cardType`. */
function fieldOf(error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1)
  if (error.keyword === 'required') steps.push(error.params.missingProperty)
  return steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '')
}

for (const keyword of ['containsText', 'formatText', 'missingText']) ajv.addKeyword(keyword)
