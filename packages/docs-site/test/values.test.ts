// The examples of the guide on values: what it says is taken is taken, and what it says is refused
// is refused at that member.
import { publicEndpoints, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { type ValueExamples, valueExamples } from '../src/value-examples.ts'
import { testSite, textOf } from './test-site.ts'

const changed = (body: unknown, [step, ...steps]: ValueExamples['member'], value: unknown): unknown => {
  if (step === undefined) return value
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<string | number, unknown>
  copy[step] = changed(copy[step], steps, value)
  return copy
}
const pathOf = (member: ValueExamples['member']): string =>
  member.reduce<string>((path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '')

const faultsOf = ({ call, member }: ValueExamples, value: unknown): string[] => {
  const { request, examples } = publicEndpoints[call]
  const validated = validatorOf(request)(changed(structuredClone(examples[0].request), member, value))
  return validated.valid ? [] : validated.fieldError
}

test.each(valueExamples.map((each): [string, ValueExamples] => [pathOf(each.member), each]))('%s', (path, examples) => {
  for (const value of examples.taken) expect([value, faultsOf(examples, value)]).toEqual([value, []])
  for (const value of examples.refused) {
    const faults = faultsOf(examples, value)
    expect([value, faults.length > 0]).toEqual([value, true])
    for (const fault of faults) expect(fault.startsWith(path)).toBe(true)
  }
})

test('the guide shows every rule with its examples, and nothing that cannot be seen', async () => {
  const page = await textOf(testSite(), '/docs/values')
  for (const { what } of valueExamples) expect(page).toContain(what)
  expect(page).not.toMatch(/[\u2028-\u202e]|[\ud800-\udbff](?![\udc00-\udfff])/)
})
