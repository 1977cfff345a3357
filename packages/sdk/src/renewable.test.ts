// Values that run out.
import { expect, test } from '@jest/globals'
import { Renewable, renewAfterMs } from './renewable.ts'

test('many who wait cause one fetch; after its time there is another', async () => {
  let now = 0
  let fetched = 0
  const renewable = new Renewable(
    async () => ({ value: ++fetched, renewAtMs: now + 100 }),
    () => now,
  )
  expect(await Promise.all([renewable.get(), renewable.get(), renewable.get()])).toEqual([1, 1, 1])
  now = 99
  expect(await renewable.get()).toBe(1)
  now = 100
  expect(await renewable.get()).toBe(2)
})

test('a failed fetch fails those who waited and is tried anew by the next', async () => {
  let fails = true
  const renewable = new Renewable(
    async () => {
      if (fails) throw new Error('down')
      return { value: 'up', renewAtMs: 1 }
    },
    () => 0,
  )
  await expect(Promise.all([renewable.get(), renewable.get()])).rejects.toThrow('down')
  fails = false
  expect(await renewable.get()).toBe('up')
})

test('only the value that was refused is dropped, not the one that replaced it', async () => {
  let fetched = 0
  const renewable = new Renewable(
    async () => ({ value: ++fetched, renewAtMs: 1 }),
    () => 0,
  )
  const first = await renewable.get()
  renewable.drop(first)
  const second = await renewable.get()
  renewable.drop(first)
  expect(await renewable.get()).toBe(second)
})

test('renewal comes a minute before the end, or after four fifths of a short life', () => {
  expect(renewAfterMs(3_600_000)).toBe(3_540_000)
  expect(renewAfterMs(1_000)).toBe(800)
})
