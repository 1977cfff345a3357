// The endpoints and events of the contract: consistent with each other, and taking the published
// samples as they stand.
import { expect, test } from '@jest/globals'
import {
  accountHoldersEndpoint,
  closeKitEndpoint,
  confirmKitsEndpoint,
  deliveryToEndpoint,
  type Endpoint,
  entitiesByMaskedCardEndpoint,
  entityExistsEndpoint,
  errorCatalogue,
  eventTypes,
  findCardsEndpoint,
  kitForPinEndpoint,
  kitForWalletEndpoint,
  kitsOfEntityEndpoint,
  producePinMailersEndpoint,
  publicEndpointList,
  publicEndpoints,
  type Register,
  reserveKitsEndpoint,
  topicOf,
  unlockPinEndpoint,
  validatorOf,
} from './index.ts'

const internal: readonly Endpoint[] = [
  kitForPinEndpoint,
  kitForWalletEndpoint,
  findCardsEndpoint,
  kitsOfEntityEndpoint,
  entityExistsEndpoint,
  entitiesByMaskedCardEndpoint,
  deliveryToEndpoint,
  accountHoldersEndpoint,
  reserveKitsEndpoint,
  confirmKitsEndpoint,
  closeKitEndpoint,
  unlockPinEndpoint,
  producePinMailersEndpoint,
]
const all: readonly Endpoint[] = [...publicEndpointList, ...internal]

const register = publicEndpoints.register.examples[0].request as Register

/** The requests printed in the contract's pages; numbers stand where the pages print numbers. */
const samples: Partial<Record<keyof typeof publicEndpoints, object>> = {
  register,
  registerCard: { entityId: '676765', deliveryAddress: 'PERMANENT', kitInfo: [{ accountNo: 8642135, cardType: 'PHYSICAL' }] },
  viewCustomer: { entityId: '675676' },
  activateKit: { entityId: 'req7', kitNo: '4240171508' },
  manageKit: { entityId: 'req11', oldKit: '4240181649', operation: 'LOCK' },
  fetchKitsByEntityId: { entityId: '181223116' },
  fetchPreference: { entityId: 'req7', kitNo: '4240171508' },
}

test.each(Object.entries(samples))('%s takes the sample of its page and loses nothing of it', (name, sample) => {
  const { request } = publicEndpoints[name as keyof typeof publicEndpoints]
  const asText = JSON.parse(JSON.stringify(sample, (_key, value) => (typeof value === 'number' ? String(value) : value)))
  const validated = validatorOf<object>(request)(structuredClone(sample))
  expect(validated).toEqual({ valid: true, value: asText })
})

test.each(Object.keys(samples))('%s names every mandatory field that is missing', (name) => {
  const { request } = publicEndpoints[name as keyof typeof publicEndpoints]
  const { required } = request as { required: readonly string[] }
  expect(validatorOf(request)({})).toEqual({ valid: false, fieldError: required.map((field) => `${field} is required`) })
})

test('a mandatory list must not be empty', () => {
  for (const list of ['addressInfo', 'communicationInfo', 'kycInfo', 'accountInfo'] as const) {
    const validated = validatorOf(publicEndpoints.register.request)({ ...structuredClone(register), [list]: [] })
    expect(validated).toMatchObject({ valid: false, fieldError: expect.arrayContaining([`${list} must have at least 1 element`]) })
  }
  expect(validatorOf(publicEndpoints.registerCard.request)({ entityId: '1', kitInfo: [] })).toEqual({
    valid: false,
    fieldError: ['kitInfo must have at least 1 element'],
  })
})

test('a card asked for by registerCard names its account, one asked for by register may leave it out', () => {
  const card = { cardType: 'VIRTUAL' }
  expect(validatorOf(publicEndpoints.register.request)({ ...structuredClone(register), kitInfo: [card] }).valid).toBe(true)
  expect(validatorOf(publicEndpoints.registerCard.request)({ entityId: '1', kitInfo: [card] })).toEqual({
    valid: false,
    fieldError: ['kitInfo[0].accountNo is required'],
  })
})

test('what is not said of a contact or an account has its documented default', () => {
  const body = structuredClone(register) as Record<string, unknown>
  body.communicationInfo = [{ contactNo: 9876543210 }]
  body.accountInfo = [{ accountNo: 8642135, accountType: null, schemeCode: 2003 }]
  expect(validatorOf(publicEndpoints.register.request)(body)).toMatchObject({
    valid: true,
    value: {
      communicationInfo: [{ contactNo: '9876543210', notification: true }],
      accountInfo: [
        { accountNo: '8642135', accountType: null, schemeCode: '2003', accountStatus: 'ACTIVE', accountsCurrency: 'INR', isPrimary: false },
      ],
    },
  })
})

test.each([
  ['a kit number in small letters', 'activateKit', { entityId: 'req7', kitNo: 'abc' }, 'kitNo has a wrong format'],
  ['an entityId with a blank', 'activateKit', { entityId: 'req 7', kitNo: '1' }, 'entityId has a wrong format'],
  ['an entityId of 65 characters', 'viewCustomer', { entityId: 'a'.repeat(65) }, 'entityId must have at most 64 characters'],
  [
    'an unknown operation',
    'manageKit',
    { entityId: 'req11', oldKit: '1', operation: 'MELT' },
    'operation must be one of LOCK, UNLOCK, BLOCK, REPLACE, BLOCK_AND_REPLACE, HOTLIST',
  ],
] as const)('%s is refused', (_what, name, body, sentence) => {
  expect(validatorOf(publicEndpoints[name].request)(body)).toEqual({ valid: false, fieldError: [sentence] })
})

test('every endpoint has a path and a name of its own', () => {
  for (const values of [all.map(({ method, path }) => `${method} ${path}`), all.map(({ name }) => name)])
    expect(new Set(values).size).toBe(all.length)
  for (const [name, endpoint] of Object.entries(publicEndpoints)) expect(endpoint.name).toBe(name)
})

test.each(all.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s lists known codes, each once, and the one for a wrong body',
  (_name, endpoint) => {
    const known = Object.keys(errorCatalogue)
    for (const code of endpoint.errors) expect(known).toContain(code)
    expect(new Set(endpoint.errors).size).toBe(endpoint.errors.length)
    expect(endpoint.errors).toContain('inputFault' in endpoint ? endpoint.inputFault : 'invalid.input.request')
    expect(endpoint.summary.length).toBeGreaterThan(10)
  },
)

test('endpoints between services stay off the public prefix, and public ones off the internal one', () => {
  for (const { path } of internal) expect(path).toMatch(/^\/internal\/[a-z-]+$/)
  for (const { path } of publicEndpointList) expect(path).not.toMatch(/^\/internal/)
})

test.each(all.map((endpoint) => [endpoint.name, endpoint] as const))(
  'the request schema of %s is exact and compiles',
  (_name, endpoint) => {
    const isList = 'type' in endpoint.request && endpoint.request.type === 'array'
    const exact = { type: 'object', additionalProperties: false }
    expect(endpoint.request).toMatchObject(isList ? { type: 'array', maxItems: expect.any(Number), items: exact } : exact)
    expect(validatorOf(endpoint.request)(null)).toEqual({
      valid: false,
      fieldError: [`the body must be a JSON ${isList ? 'list' : 'object'}`],
    })
    expect(() => validatorOf(endpoint.result)(undefined)).not.toThrow()
  },
)

test('a call that must not run twice takes a requestId', () => {
  for (const { idempotency, request } of publicEndpointList)
    if (idempotency === 'stored') expect(Object.keys((request as { properties: object }).properties)).toContain('requestId')
})

test('events are told apart by type, belong to a context and are named for what happened', () => {
  expect(new Set(eventTypes.map(({ type }) => type)).size).toBe(eventTypes.length)
  for (const { type, version, owner, schema } of eventTypes) {
    expect(type).toMatch(/^([A-Z][a-z]+)+(ed|Set|Withdrawn|Pending|Due)$/)
    expect(version).toBeGreaterThanOrEqual(1)
    expect(schema).toMatchObject({ required: expect.arrayContaining(['type']), properties: { type: { const: type } } })
    expect(topicOf(owner)).toBe(`dcms.${owner}`)
  }
})

test('no event tells more of a card number than its mask', () => {
  for (const { schema } of eventTypes) {
    const names = Object.keys((schema as { properties: object }).properties)
    expect(names.filter((name) => /^(pan|cardNumber|encrypted.*|pin|cvv|cvc)$/i.test(name))).toEqual([])
  }
})
