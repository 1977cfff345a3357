// The contract as a whole: nothing of the 60 endpoints is missing, and every example is what its
// schema says. Rule: docs/rules.md#refusals-and-http.
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { transportErrors } from './errors/transport.ts'
import {
  bankStreamTypes,
  errorCatalogue,
  eventTypes,
  families,
  isErrorCode,
  publicEndpointList,
  publicEndpoints,
  stillToCome,
  validatorOf,
} from './index.ts'
import { normalise } from './wire/normalise.ts'

/** What banks are promised: method, path behind the prefix, owner. */
const promised = `
POST /register customer
POST /registerCard customer
POST /viewCustomer customer
POST /v2/fetchByCif customer
POST /fetchByCif customer
POST /fetchCifByMaskedCard customer
POST /update-manager/poi customer
POST /update-manager/poa customer
POST /update-manager/account customer
POST /kit-manager/manageKit kit
POST /kit-manager/manageAllKits kit
POST /kit-manager/kitActivation kit
POST /kit-manager/upgradeCard kit
POST /kit-manager/applyForCard kit
POST /kit-manager/kitTracking kit
POST /kit-manager/fetchKitsByEntityId kit
POST /kit-manager/v2/fetchKitsByEntityId kit
POST /kit-manager/fetchKitsByAccountNo kit
POST /kit-manager/v2/fetchByCardNo kit
POST /kit-manager/getCvv kit
POST /kit-manager/fetchTransaction kit
POST /kit-manager/setPin pin-preference
POST /kit-manager/v2/setPin pin-preference
POST /kit-manager/regeneratePinMailer pin-preference
POST /kit-manager/validatePin pin-preference
POST /kit-manager/v2/validatePin pin-preference
POST /kit-manager/validateCard pin-preference
POST /kit-manager/validateCardEnding pin-preference
POST /kit-manager/v2/validateCardEnding pin-preference
POST /preference/set pin-preference
POST /preference/fetch pin-preference
POST /preference/{operation}/optIn pin-preference
POST /ncmc/preference/set wallet-ncmc
POST /ncmc/preference/fetch wallet-ncmc
POST /wallet/load wallet-ncmc
POST /wallet/fetch/balance wallet-ncmc
POST /wallet/fetch/services wallet-ncmc
POST /wallet/fetch/authnt/transaction wallet-ncmc
POST /wallet/fetch/ledger/transaction wallet-ncmc
POST /branch inventory-order
PUT /branch inventory-order
POST /branch/fetch inventory-order
POST /inventory/fetchKitSummary inventory-order
POST /inventory/fetchKitDetailsFromInventory inventory-order
POST /inventory/fetchCardOrderDetailsFromInventory inventory-order
POST /inventory/update/deliveryStatus inventory-order
POST /inventory/kitsTransfer inventory-order
POST /inventory/instaKit/expire inventory-order
POST /card-order inventory-order
POST /card-order/withFile inventory-order
POST /card-order/uploadFile inventory-order
POST /card-order/fetchStatus inventory-order
POST /card-order/cancel inventory-order
POST /card-order/process inventory-order
POST /card-order/received inventory-order
POST /card-order/status inventory-order
POST /card-order/sync-pending-status inventory-order
POST /card-order/retry-stuck-pending inventory-order
POST /accountkitmapping-manager/fetchAccountsByCardNo kit
POST /account/fetchAccountsByCardNo kit
`

/**
 * Published codes that no call of a bank is refused with: setting a bank up raises those of the
 * configuration, a card order's status carries those of the CMS, one-time passwords are another
 * product's.
 */
const ofNoCall: readonly string[] = [
  'bin.already.exists',
  'bin.not.found',
  'cms.card.not.found',
  'cms.customer.not.found',
  'dual.control',
  'invalid.bin.range',
  'invalid.otp',
  'invalid.product.config',
  'key.block.invalid',
  'key.exists',
  'key.invalid',
  'key.not.found',
  'key.purpose.refused',
  'key.version.exhausted',
  'otp.expired',
  'plastic.already.exists',
  'product.already.exists',
  'scheme.already.exists',
  'scheme.not.found',
  'tenant.already.exists',
  'tier.already.exists',
]

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true })
addFormats.default(ajv)
for (const keyword of [
  'acceptsNumber',
  'padZeros',
  'padsText',
  'acceptsText',
  'anyCase',
  'synonyms',
  'acceptsOne',
  'alsoNamed',
  'containsText',
  'formatText',
])
  ajv.addKeyword(keyword)

/** The faults of a value, unknown fields included: services drop those, an example has none. */
function faultsOf(schema: object, value: unknown): string[] {
  const validate = ajv.compile(schema)
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

const examples = publicEndpointList.flatMap((endpoint) =>
  endpoint.examples.map((example) => ({ endpoint, example, title: `${endpoint.name}, ${example.name}` })),
)

test('the endpoints are the 60 that banks are promised', () => {
  const written = publicEndpointList.map(({ method, path, owner }) => `${method} ${path} ${owner}`)
  expect(written.sort()).toEqual(promised.trim().split('\n').sort())
})

test('names and calls are unique, and the key of an endpoint is its name', () => {
  expect(new Set(publicEndpointList.map(({ name }) => name)).size).toBe(publicEndpointList.length)
  expect(new Set(publicEndpointList.map(({ method, path }) => `${method} ${path}`)).size).toBe(publicEndpointList.length)
  for (const [key, { name }] of Object.entries(publicEndpoints)) expect(key).toBe(name)
})

test.each(publicEndpointList)('$name has words, errors and examples, and its parameters are members of its request', (endpoint) => {
  const { summary, description, family, errors, path, parametersIn = {}, request } = endpoint
  expect(summary).toMatch(/^[A-Z].*[^.]$/)
  expect(description.length).toBeGreaterThan(40)
  expect(Object.keys(families)).toContain(family)
  expect(errors.length).toBeGreaterThan(0)
  expect(errors.filter((code) => !isErrorCode(code))).toEqual([])
  expect(new Set(errors).size).toBe(errors.length)
  const members = Object.keys('properties' in request && request.properties ? request.properties : {})
  expect(members).toEqual(expect.arrayContaining(Object.keys(parametersIn)))
  const inPath = Object.keys(parametersIn).filter((name) => parametersIn[name] === 'path')
  expect([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(inPath)
})

describe('an example', () => {
  test.each(examples)('of $title: the request is taken', ({ endpoint, example }) => {
    const validate = validatorOf(endpoint.request)
    const taken = validate(structuredClone(example.request))
    expect(taken).toMatchObject({ valid: true })
    expect(faultsOf(endpoint.request, normalise(endpoint.request, structuredClone(example.request)))).toEqual([])
    // What came out is the one form: it goes in again unchanged.
    if (taken.valid) expect(validate(structuredClone(taken.value))).toEqual(taken)
  })

  test.each(examples)('of $title: the result is what is answered', ({ endpoint, example }) => {
    expect(faultsOf(endpoint.result, example.result)).toEqual([])
  })

  test.each(eventTypes)('of the event $type fits its schema', ({ type, schema, example }) => {
    expect(faultsOf(schema, example)).toEqual([])
    expect(example.type).toBe(type)
  })

  test.each(bankStreamTypes)('of the bank stream type $eventType fits its schema', ({ eventType, schema, example }) => {
    expect(faultsOf(schema, example)).toEqual([])
    expect(example.eventType).toBe(eventType)
  })
})

test('event types are unique by type and version, in each stream', () => {
  expect(new Set(eventTypes.map(({ type, version }) => `${type} ${version}`)).size).toBe(eventTypes.length)
  expect(new Set(bankStreamTypes.map(({ eventType, version }) => `${eventType} ${version}`)).size).toBe(bankStreamTypes.length)
})

test('no example carries a card number in clear', () => {
  const text = JSON.stringify([eventTypes.map(({ example }) => example), bankStreamTypes.map(({ example }) => example)])
  expect(text.match(/(?<![\w.-])[2-9]\d{15}(?!\d)/g)).toBeNull()
})

test('every code of the catalogue is an endpoint’s, the gateway’s, a reason behind another one, or published without a call', () => {
  const used = new Set<string>(publicEndpointList.flatMap(({ errors, inputFault }) => [...errors, ...(inputFault ? [inputFault] : [])]))
  const reasons = new Set(Object.values(errorCatalogue).map(({ reasonCode }) => reasonCode))
  const left = Object.keys(errorCatalogue).filter((code) => !used.has(code) && !Object.hasOwn(transportErrors, code) && !reasons.has(code))
  expect(left.sort()).toEqual(ofNoCall)
})

test('what is still to come is in the contract', () => {
  expect(Object.keys(publicEndpoints)).toEqual(expect.arrayContaining([...stillToCome]))
})
