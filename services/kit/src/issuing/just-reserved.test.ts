// What a process remembers of kits it has just reserved: once, briefly, of few.
import { expect, test } from '@jest/globals'
import type { Kit } from '../kit.ts'
import { JustReserved } from './just-reserved.ts'

const [bank, other] = [{ id: 'ACME_BANK' }, { id: 'OTHER_BANK' }]
const kitOf = (_id: string): Kit => ({ _id }) as Kit

test('a kit is given out once, to its own bank', () => {
  const kits = new JustReserved()
  kits.add(bank, kitOf('4240000001'))
  expect(kits.take(other, '4240000001')).toBeUndefined()
  expect(kits.take(bank, '4240000001')).toEqual(kitOf('4240000001'))
  expect(kits.take(bank, '4240000001')).toBeUndefined()
})

test('after a few seconds it is forgotten', () => {
  let nowMs = 0
  const kits = new JustReserved(() => nowMs)
  kits.add(bank, kitOf('1'))
  kits.add(bank, kitOf('2'))
  nowMs = 4_999
  expect(kits.take(bank, '1')).toEqual(kitOf('1'))
  nowMs = 5_000
  expect(kits.take(bank, '2')).toBeUndefined()
})

test('of more than a thousand the oldest are forgotten', () => {
  const kits = new JustReserved()
  for (let at = 0; at <= 1_000; at++) kits.add(bank, kitOf(String(at)))
  expect(kits.take(bank, '0')).toBeUndefined()
  for (const kitNo of ['1', '1000']) expect(kits.take(bank, kitNo)).toEqual(kitOf(kitNo))
})
