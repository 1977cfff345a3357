// The schemas of the contract are valid JSON schemas themselves; validators take that for granted.
import { expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as contract from './index.ts'

const ajv = new Ajv2020()

/** Every schema that stands somewhere in what the contract exports, with its place. */
function schemasIn(value: unknown, place: string, seen = new Set<unknown>()): { place: string; schema: object }[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  if (isSchema(value)) return [{ place, schema: value }]
  return Object.entries(value).flatMap(([name, member]) => schemasIn(member, `${place}.${name}`, seen))
}

const isSchema = (value: object): boolean => 'type' in value && (value.type === 'object' || value.type === 'array')

const schemas = schemasIn(contract, 'contract')

test('the schemas are found: of every endpoint and every event at least one', () => {
  expect(schemas.length).toBeGreaterThan(contract.publicEndpointList.length + contract.eventTypes.length)
  expect(schemas.map(({ schema }) => schema)).toContain(contract.tenantSchema)
})

test.each([
  ...schemas.map(({ place, schema }) => [place, schema] as const),
  ...contract.publicEndpointList.map(({ name, result }) => [`the result of ${name}`, result] as const),
])('%s is a valid schema', (_place, schema) => {
  expect(ajv.validateSchema(schema)).toBe(true)
})
