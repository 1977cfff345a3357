// Validation by ajv: one compiled validator per schema, faults as plain sentences, documented looseness normalised in one place.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const FAULTS_MAX = 50

const ajv = new Ajv2020({
  allErrors: true,
  removeAdditional: true,
  useDefaults: true,
  coerceTypes: false,
  strict: true,
  allowUnionTypes: true,
  verbose: true,
})
addFormats.default(ajv)
ajv.addKeyword('acceptsNumber')

export type Validated<T> = { readonly valid: true; readonly value: T } | { readonly valid: false; readonly fieldError: string[] }

/**
 * Compiles a schema into a validator. The value is changed in place: numbers become text where `acceptsNumber` stands, unknown fields are
 * dropped, defaults are filled. A fault is one sentence that names the field by its path and never repeats the value.
 */
export function validatorOf<T>(schema: object): (value: unknown) => Validated<T> {
  let validate: ValidateFunction<T> | undefined
  return (value) => {
    validate ??= ajv.compile<T>(schema)
    const input = numbersToText(schema, value)
    if (validate(input)) return { valid: true, value: input }
    const sentences = (validate.errors ?? []).filter(isOwnFault).map(sentenceOf)
    return { valid: false, fieldError: [...new Set(sentences)].slice(0, FAULTS_MAX) }
  }
}

/** What only explains another fault is left out: `contains` speaks for the elements that do not match. */
const isOwnFault = ({ keyword, schemaPath }: ErrorObject): boolean => keyword !== 'if' && !schemaPath.includes('/contains/')

interface SchemaNode {
  acceptsNumber?: boolean
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
}

function numbersToText(schema: SchemaNode, value: unknown): unknown {
  if (schema.acceptsNumber && typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : value
  if (schema.items && Array.isArray(value)) {
    const { items } = schema
    return value.map((each) => numbersToText(items, each))
  }
  if (schema.properties && isObject(value)) {
    for (const [name, property] of Object.entries(schema.properties)) {
      if (Object.hasOwn(value, name)) value[name] = numbersToText(property, value[name])
    }
  }
  return value
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function sentenceOf(error: ErrorObject): string {
  const field = fieldOf(error)
  switch (error.keyword) {
    case 'required':
      return `${field} is required`
    case 'type':
      return field === '' ? 'the body must be a JSON object' : `${field} must be ${typeWords(error.params.type)}`
    case 'enum':
      return `${field} must be one of ${error.params.allowedValues.map(String).join(', ')}`
    case 'const':
      return `${field} must be ${JSON.stringify(error.params.allowedValue)}`
    case 'minItems':
      return `${field} must have at least ${error.params.limit} ${error.params.limit === 1 ? 'element' : 'elements'}`
    case 'maxItems':
      return `${field} must have at most ${error.params.limit} elements`
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
    case 'pattern':
      return `${field} has a wrong format${error.parentSchema?.formatText ? `: ${error.parentSchema.formatText}` : ''}`
    default:
      return `${field} ${error.message ?? 'is not valid'}`
  }
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

/** `/kitInfo/0/cardType` as callers write it: `kitInfo[0].cardType`. */
function fieldOf(error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1)
  if (error.keyword === 'required') steps.push(error.params.missingProperty)
  return steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '')
}

for (const keyword of ['containsText', 'formatText']) ajv.addKeyword(keyword)
