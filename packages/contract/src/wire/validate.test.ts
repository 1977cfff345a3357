// Validation of bodies: what is let through, what is normalised, and how faults are told.
// Rule: docs/rules.md#identifiers-as-text.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { registerCardEndpoint, registerEndpoint } from '../index.ts'
import { validatorOf } from './validate.ts'

const ofRegister = (registerEndpoint.request as { properties: Record<string, object> }).properties
const identifier = { type: 'string', pattern: '^[A-Z0-9]{1,20}$', acceptsNumber: true } as const
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: {
    entityId: identifier,
    count: { type: 'integer', minimum: 1, maximum: 9 },
    currency: { type: 'string', default: 'INR' },
    kitInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['cardType'],
        properties: { cardType: { enum: ['PHYSICAL', 'VIRTUAL'] }, kitNo: identifier, notify: { type: 'boolean', default: true } },
      },
    },
  },
} as const
interface Body {
  entityId: string
  count?: number
  currency: string
  kitInfo?: { cardType: string; kitNo?: string; notify: boolean }[]
}
const validate = validatorOf<Body>(schema)
const faultsOf = (body: unknown): string[] => {
  const validated = validate(body)
  return validated.valid ? [] : validated.fieldError
}

test('an identifier may arrive as a number and becomes text, at every depth', () => {
  expect(
    validate({
      entityId: 675676,
      kitInfo: [
        { cardType: 'VIRTUAL', kitNo: 4240171508 },
        { cardType: 'PHYSICAL', kitNo: 0 },
      ],
    }),
  ).toEqual({
    valid: true,
    value: {
      entityId: '675676',
      currency: 'INR',
      kitInfo: [
        { cardType: 'VIRTUAL', kitNo: '4240171508', notify: true },
        { cardType: 'PHYSICAL', kitNo: '0', notify: true },
      ],
    },
  })
})

test.each([
  ['beyond the whole numbers that JavaScript holds exactly', 2 ** 53],
  ['that lost digits on the way', Number('221000182316221000182316')],
  ['below zero', -1],
  ['with decimals', 1.5],
])('a number %s is refused as identifier', (_what, entityId) => {
  expect(faultsOf({ entityId })).toEqual(['entityId must be a string'])
})

test('a number that cannot stand for text is told what text is wanted', () => {
  const limit = { type: 'string', pattern: '^[0-9]+$', formatText: 'whole rupees, digits only', acceptsNumber: true } as const
  const ofLimit = validatorOf({ type: 'object', properties: { limit } })
  for (const value of [12.5, -5, 1e21])
    expect(ofLimit({ limit: value })).toEqual({ valid: false, fieldError: ['limit must be a string: whole rupees, digits only'] })
})

test('any whole number that is held exactly becomes the text of its digits', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (entityId) => {
      expect(validate({ entityId })).toEqual({ valid: true, value: { entityId: String(entityId), currency: 'INR' } })
    }),
  )
})

test('text stays text, and a number stays a number where no identifier stands', () => {
  expect(validate({ entityId: '007', count: 3 })).toEqual({ valid: true, value: { entityId: '007', count: 3, currency: 'INR' } })
  expect(faultsOf({ entityId: '007', count: '3' })).toEqual(['count must be an integer'])
})

test('unknown fields are dropped, nested ones too, and absent ones get their default', () => {
  expect(validate({ entityId: 'A', role: 'ADMIN', kitInfo: [{ cardType: 'VIRTUAL', cvv: '123' }] })).toEqual({
    valid: true,
    value: { entityId: 'A', currency: 'INR', kitInfo: [{ cardType: 'VIRTUAL', notify: true }] },
  })
})

test('each fault is one sentence that names its field by path', () => {
  expect(faultsOf({ count: 10, currency: 4, kitInfo: [{ cardType: 'PLASTIC' }, { kitNo: 'a' }] })).toEqual([
    'entityId is required',
    'count must be <= 9',
    'currency must be a string',
    'kitInfo[0].cardType must be one of PHYSICAL, VIRTUAL',
    'kitInfo[1].cardType is required',
    'kitInfo[1].kitNo has a wrong format',
  ])
  expect(faultsOf({ entityId: 'A', kitInfo: [] })).toEqual(['kitInfo must have at least 1 element'])
  expect(faultsOf({ entityId: 'A', kitInfo: [1, 2, 3].map(() => ({ cardType: 'VIRTUAL' })) })).toEqual([
    'kitInfo must have at most 2 elements',
  ])
})

test.each([
  ['text', { type: 'string', minLength: 1 }, '', 'must not be empty'],
  ['text', { type: 'string', minLength: 4 }, 'abc', 'must have at least 4 characters'],
  ['text', { type: 'string', maxLength: 2 }, 'abc', 'must have at most 2 characters'],
  ['dob', { type: 'string', format: 'date' }, '2026-02-30', 'must be a valid date, YYYY-MM-DD'],
  ['at', { type: 'string', format: 'date-time' }, 'noon', 'must be a valid timestamp, ISO 8601'],
  ['emailId', { type: 'string', format: 'email' }, 'asha', 'must be a valid e-mail address'],
  ['entityType', { const: 'CUSTOMER' }, 'BANK', 'must be "CUSTOMER"'],
  ['key', { type: 'string', pattern: '^a$', formatText: 'one a' }, 'b', 'has a wrong format: one a'],
  ['district', { type: ['string', 'null'] }, 4, 'must be a string or null'],
  ['flags', { type: 'array', items: {} }, {}, 'must be an array'],
  ['address', { type: 'object' }, [], 'must be an object'],
  ['accountType', { enum: ['SAVING', null] }, 'X', 'must be one of SAVING, null'],
])('%s under %j refuses %j: it %s', (name, property, value, sentence) => {
  const validated = validatorOf({ type: 'object', properties: { [name]: property } })({ [name]: value })
  expect(validated).toEqual({ valid: false, fieldError: [`${name} ${sentence}`] })
})

test.each([[null], [undefined], ['text'], [4], [true], [[]], [[{ entityId: 'A' }]]])('a body that is no object is refused: %j', (body) => {
  expect(faultsOf(body)).toEqual(['the body must be a JSON object'])
})

test('no sentence repeats a value', () => {
  const secret = '6082015309577308'
  const anywhere = fc.constantFrom(secret, Number(secret), [secret], { [secret]: secret }, `x ${secret}`)
  const validateRegister = validatorOf(registerEndpoint.request)
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(ofRegister)), anywhere), (body) => {
      const validated = validateRegister(body)
      expect(validated.valid).toBe(false)
      expect(JSON.stringify(validated)).not.toContain(secret)
    }),
  )
})

test('fields named like parts of every object do no harm and do not come through', () => {
  const body = JSON.parse('{"entityId":"A","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toString":"x"}')
  const validated = validate(body)
  expect(validated).toEqual({ valid: true, value: { entityId: 'A', currency: 'INR' } })
  expect(validated.valid && Object.hasOwn(validated.value, '__proto__')).toBe(false)
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
  expect(faultsOf(JSON.parse('{"__proto__":{"entityId":"A"}}'))).toEqual(['entityId is required'])
})

test('a body nested a hundred thousand deep is refused or dropped like any other', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  expect(faultsOf({ entityId: deep })).toEqual(['entityId must be a string'])
  expect(faultsOf({ entityId: 'A', kitInfo: deep })).toEqual(['kitInfo[0] must be an object'])
  expect(faultsOf({ entityId: 'A', unknown: deep })).toEqual(['the body must have at most 20000 values that are no part of the call'])
  const unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
  expect(validate({ entityId: 'A', unknown })).toEqual({ valid: true, value: { entityId: 'A', currency: 'INR' } })
})

test('a list of wrong elements tells fifty faults at most, and one when it is too long to be gone through', () => {
  const many = validatorOf({ type: 'array', items: { type: 'string' } })
  const told = (length: number): string[] => {
    const validated = many(Array.from({ length }, () => 1))
    return validated.valid ? [] : validated.fieldError
  }
  expect(told(1_000)).toHaveLength(50)
  expect(told(9_000)).toEqual(['[0] must be a string'])
  expect(told(100_000)).toEqual(['the body must have at most 10000 elements'])
})

test('whatever is sent, the answer is a valid body or sentences, never an exception', () => {
  const validateCards = validatorOf(registerCardEndpoint.request)
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ entityId: fc.jsonValue(), kitInfo: fc.jsonValue() })), (body) => {
      const validated = validateCards(body)
      if (!validated.valid) expect(validated.fieldError.every((sentence) => sentence !== '')).toBe(true)
    }),
  )
})

test('a list that must contain a certain element tells one fault when it does not', () => {
  const permanent = validatorOf({
    type: 'object',
    properties: { addressInfo: ofRegister.addressInfo },
  })
  const address = { address1: 'a', city: 'b', state: 'c', country: 'd', pincode: 600032 }
  expect(permanent({ addressInfo: [{ ...address, addressCategory: 'COMMUNICATION' }] })).toEqual({
    valid: false,
    fieldError: ['addressInfo must contain a PERMANENT address'],
  })
  expect(permanent({ addressInfo: [{ ...address, addressCategory: 'PERMANENT' }] }).valid).toBe(true)
})
