// Keys that rotate while PINs are validated: no call fails, what was written under old keys is
// read, and goes under the new ones.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { rewrapCardNumbers, underEarlierKey } from '../src/rewrap-card-numbers.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { type Answered, TestBank, tally } from './test-bank.ts'

const CARDS = 12

let bank: TestBank
const kitNos: string[] = []

beforeAll(async () => {
  bank = await TestBank.start()
  const set = setPinV2(bank)
  for (let number = 0; number < CARDS; number++) {
    const kitNo = bank.issue()
    kitNos.push(kitNo)
    expect((await bank.run(set, bank.body(kitNo, '1234'))).status).toBe(200)
  }
})
afterAll(() => bank.close())

const rewrapAll = () =>
  rewrapCardNumbers(bank.hsm).run(() => {
    throw new Error('the sweep needs no scope')
  }, bank.tenant)

/**
 * Validates the right PIN of all cards, by this process and another one, again and again until the
 * work is done; all answers.
 */
async function validatingDuring(work: () => Promise<void>, pinOf = (kitNo: string) => bank.body(kitNo, '1234')): Promise<Answered[]> {
  const answers: Answered[] = []
  let isDone = false
  const commands = [bank.hsm, bank.newHsm()].map((hsm: Hsm) => validatePinV2({ hsm, kit: bank.kit }))
  const validating = kitNos.map(async (kitNo, number) => {
    for (let run = number; !isDone; run++) {
      const command = commands[run % 2]
      if (command) answers.push(await bank.run(command, pinOf(kitNo)))
    }
  })
  await sleep(200)
  await work()
  await sleep(300)
  isDone = true
  await Promise.all(validating)
  return answers
}

test('a bank’s new PIN key: callers go over one by one, and a repeat under the new key is the same request', async () => {
  const validate = validatePinV2(bank)
  const kitNo = kitNos[0] ?? ''
  const wrong = () => ({ ...bank.body(kitNo, '4321'), requestId: 'across-1' })
  expect((await bank.run(validate, wrong())).code).toBe('PIN002')
  const [old, next] = [Buffer.from(bank.pinKey), randomBytes(32)]
  let isKnown = false
  const bodyOf = (each: string) => {
    const useNext = isKnown && Math.random() < 0.5
    return { ...bank.body(each, '1234'), pin: bank.encrypted('v2', bank.block(each, '1234'), useNext ? next : old) }
  }
  const answers = await validatingDuring(async () => {
    await bank.bringKey('pin', next)
    isKnown = true
  }, bodyOf)
  expect(tally(answers)).toEqual({ true: answers.length })
  expect(answers.length).toBeGreaterThan(CARDS)
  next.copy(bank.pinKey)
  expect((await bank.run(validate, wrong())).code).toBe('PIN002')
  expect((await bank.card(kitNo)).pin?.tries).toBe(0) // the first answer: not counted a second time
})

test('new keys for PIN references and stored data: old ones are read, and references go over with the next right PIN', async () => {
  const answers = await validatingDuring(async () => {
    await bank.hsm.rotateKey(bank.tenant.id, 'pvk')
    await bank.hsm.rotateKey(bank.tenant.id, 'data')
    await rewrapAll()
  })
  expect(tally(answers)).toEqual({ true: answers.length })
  for (const kitNo of kitNos) {
    expect((await bank.run(validatePinV2(bank), bank.body(kitNo, '1234'))).result).toBe(true)
    const { pin, encryptedPan, panKeyVersion } = await bank.card(kitNo)
    expect(pin?.reference.keyVersion).toBe(2)
    expect([panKeyVersion, keyVersionOf(Buffer.from(encryptedPan ?? '', 'base64'))]).toEqual([2, 2])
  }
})

test('a wrong PIN leaves the reference under its key, and a repeat across a rotation is the same request', async () => {
  const kitNo = kitNos[1] ?? ''
  const validate = validatePinV2(bank)
  const wrong = () => ({ ...bank.body(kitNo, '4321'), requestId: 'across-2' })
  expect((await bank.run(validate, wrong())).code).toBe('PIN002')
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  await bank.hsm.rotateKey(bank.tenant.id, 'pvk')
  expect((await bank.run(validate, wrong())).code).toBe('PIN002')
  expect((await bank.run(validate, bank.body(kitNo, '4322'))).code).toBe('PIN002')
  expect((await bank.card(kitNo)).pin).toMatchObject({ tries: 2, reference: { keyVersion: 2 } })
})

test('rewrapping leaves the version of a card alone, passes over what changed meanwhile, and ends', async () => {
  const kitNo = kitNos[2] ?? ''
  const before = await bank.card(kitNo)
  expect(before.panKeyVersion).toBe(2)
  await rewrapAll()
  const after = await bank.card(kitNo)
  expect([after.version, after.panKeyVersion]).toEqual([before.version, 3])
  await rewrapAll()
  expect(await bank.card(kitNo)).toEqual(after)
})

test('a card number that does not open holds up no other, and the sweep says which', async () => {
  const broken = [...kitNos].sort()[0] ?? ''
  const { encryptedPan = '' } = await bank.card(broken)
  const cards = bank.tenant.database.collection<{ _id: string; encryptedPan: string }>('cards')
  await cards.updateOne({ _id: broken }, { $set: { encryptedPan: `${encryptedPan.slice(0, -8)}AAAAAAA=` } })
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  await expect(rewrapAll()).rejects.toThrow(`1 card numbers are still under an earlier key, among them that of kit ${broken}`)
  for (const kitNo of kitNos) if (kitNo !== broken) expect((await bank.card(kitNo)).panKeyVersion).toBe(4)
  await cards.updateOne({ _id: broken }, { $set: { encryptedPan } })
  await rewrapAll()
  expect((await bank.card(broken)).panKeyVersion).toBe(4)
})

test('cards under an earlier key are found by the index, without looking at the others', async () => {
  expect(JSON.stringify(await underEarlierKey(bank.tenant, 2).explain())).toContain('panKeyVersion_1')
})
