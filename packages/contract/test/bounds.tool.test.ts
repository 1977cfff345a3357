// No body, whatever it is, holds a service up: every schema is bounded, and what is out of bounds
// costs next to nothing.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as contract from '@dcms/contract'
import { BODY_BYTES_MAX, bodyBytesMaxOf, publicEndpointList, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { type Schema, schemas } from './schemas.ts'

const MB = 1024 * 1024
const PROCESS_MAX_MS = 120_000

/** Members without a bound of their own, by path. */
function unbounded(schema: Schema, path: string): string[] {
  const types = [schema.type].flat()
  const { items, properties = {}, additionalProperties } = schema
  return [
    ...(types.includes('string') && !schema.enum && schema.maxLength === undefined ? [`${path}: no maxLength`] : []),
    ...(types.includes('array') && schema.maxItems === undefined ? [`${path}: no maxItems`] : []),
    ...(types.includes('array') && !items ? [`${path}: elements of any kind`] : []),
    ...(types.includes('object') && additionalProperties !== false && schema.maxProperties === undefined ? [`${path}: any members`] : []),
    ...(items ? unbounded(items, `${path}[]`) : []),
    ...Object.entries(properties).flatMap(([name, member]) => unbounded(member, `${path}.${name}`)),
    ...(typeof additionalProperties === 'object' ? unbounded(additionalProperties, `${path}.*`) : []),
  ]
}

test('there are as many schemas as endpoints at least', () => expect(schemas.size).toBeGreaterThan(publicEndpointList.length + 20))

test.each([...schemas])('every text, list and object of %s has a bound in its schema', (_name, schema) => {
  expect(unbounded(schema as Schema, '')).toEqual([])
})

test(
  '1 MB of anything, anywhere in the body of any endpoint, costs 50 ms and 50 MB at most',
  async () => {
    const script = join(import.meta.dirname, 'cost-of-bodies.ts')
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', script])
    const { bodies, dear } = JSON.parse(stdout)
    expect(dear).toEqual([])
    expect(bodies).toBeGreaterThan(5_000)
  },
  PROCESS_MAX_MS,
)

test('more faults than anybody reads end with the first', () => {
  const rows = Array.from({ length: 20 }, () => ({ kitNo: Array(1000).fill({}) }))
  expect(validatorOf(contract.publicEndpoints.updateDeliveryStatus.request)(rows)).toMatchObject({
    valid: false,
    fieldError: [expect.any(String)],
  })
})

test('the body that stopped a service, 348,000 empty addresses, is refused with one sentence', () => {
  const validated = validatorOf(contract.registerEndpoint.request)({ addressInfo: Array.from({ length: 348_000 }, () => ({})) })
  expect(validated).toEqual({ valid: false, fieldError: ['addressInfo must have at most 2 elements'] })
})

test('a text that is not well-formed is refused wherever it stands, names and unknown members included', () => {
  const validate = validatorOf(contract.registerEndpoint.request)
  const lone = 'A\ud83d'
  for (const body of [{ firstName: lone }, { addressInfo: [{ city: lone }] }])
    expect(validate(body)).toMatchObject({
      valid: false,
      fieldError: [expect.stringMatching(/^(firstName|addressInfo\[0\]\.city) must be well-formed/)],
    })
  for (const body of [{ unknown: lone }, { unknown: [{ deep: lone }] }, { [lone]: 1 }, { unknown: { [lone]: 1 } }])
    expect(validate(body)).toMatchObject({ valid: false, fieldError: [expect.stringContaining('well-formed')] })
})

test('a body limit leaves room for the longest valid body and is no larger than 1 MB; files have their own', () => {
  for (const { name, request, ...endpoint } of publicEndpointList) {
    const limit = bodyBytesMaxOf({ request, ...endpoint })
    if (endpoint.upload) expect(limit).toBe(32 * MB)
    else expect(limit).toBeLessThanOrEqual(BODY_BYTES_MAX)
    expect([name, limit]).toEqual([name, expect.any(Number)])
    expect(limit).toBeGreaterThanOrEqual(256 * 1024)
    for (const { request: sample } of endpoint.examples) expect(JSON.stringify(sample).length * 2).toBeLessThan(limit)
  }
  expect(bodyBytesMaxOf(contract.publicEndpoints.register)).toBeLessThan(0.6 * BODY_BYTES_MAX)
  expect(bodyBytesMaxOf(contract.publicEndpoints.viewCustomer)).toBeLessThan(0.3 * BODY_BYTES_MAX)
})
