import { expect, test } from '@jest/globals'
import { Circuit, FAILURES_MAX, OPEN_MS } from './circuit.ts'

const opened = (): Circuit => {
  const circuit = new Circuit()
  for (let count = 0; count < FAILURES_MAX; count++) circuit.failed(0)
  return circuit
}

test('it stays closed while failures are fewer, or not in a row', () => {
  const circuit = new Circuit()
  for (let count = 0; count < FAILURES_MAX * 3; count++) {
    circuit.failed(0)
    if (count % (FAILURES_MAX - 1) === 0) circuit.succeeded()
    expect(circuit.allows(0)).toBe(true)
  }
})

test('it opens, refuses for a while, lets one probe through, and closes when the probe succeeds', () => {
  const circuit = opened()
  expect([circuit.state, circuit.allows(OPEN_MS - 1)]).toEqual(['open', false])
  expect([circuit.allows(OPEN_MS), circuit.allows(OPEN_MS), circuit.state]).toEqual([true, false, 'half-open'])
  circuit.succeeded()
  expect([circuit.allows(OPEN_MS), circuit.state]).toEqual([true, 'closed'])
})

test('a probe that fails opens it again; one that never reports is followed by another', () => {
  const circuit = opened()
  expect(circuit.allows(OPEN_MS)).toBe(true)
  circuit.failed(OPEN_MS)
  expect([circuit.state, circuit.allows(OPEN_MS + 1)]).toEqual(['open', false])
  expect(circuit.allows(2 * OPEN_MS)).toBe(true)
  expect([circuit.allows(2 * OPEN_MS + 1), circuit.allows(3 * OPEN_MS)]).toEqual([false, true])
})
