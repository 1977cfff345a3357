// Password hashing in turns: a stranger's guesses at one bank do not keep another bank's users
// waiting.
import { expect, test } from '@jest/globals'
import { FairQueue } from './fair-queue.ts'
import { hashPassword, PasswordCheck } from './passwords.ts'

test('shares take turns, and a full share refuses for itself alone', () => {
  const queue = new FairQueue<string>(3)
  expect(['a1', 'a2', 'a3', 'a4'].map((entry) => queue.add('A', entry))).toEqual([true, true, true, false])
  expect(queue.add('B', 'b1')).toBe(true)
  expect([1, 2, 3, 4, 5].map(() => queue.take())).toEqual(['a1', 'b1', 'a2', 'a3', undefined])
})

test('while a stranger guesses at one bank as fast as it can, others log in after one turn', async () => {
  const check = new PasswordCheck()
  const hash = await hashPassword('correct horse battery')
  const ended: string[] = []
  const verify = async (name: string, tenant: string, isKnown: boolean, password = 'wrong'): Promise<void> => {
    ended.push(`${name} ${await check.verify(hash, password, { tenant, isKnown })}`)
  }
  const guesses = Array.from({ length: 60 }, (_, number) => verify(`guess${number}`, 'A', false))
  await Promise.all([
    ...guesses,
    verify('stranger of B', 'B', false, 'correct horse battery'),
    verify('known of A', 'A', true, 'correct horse battery'),
  ])
  const places = ended.filter((entry) => !entry.endsWith('busy'))
  expect(ended.filter((entry) => entry.endsWith('busy')).length).toBeGreaterThanOrEqual(60 - 32 - 3)
  for (const name of ['stranger of B right', 'known of A right']) {
    expect(places).toContain(name)
    expect(places.indexOf(name)).toBeLessThan(12)
  }
})
