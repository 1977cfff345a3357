// Validating cards through the gateway, sealed: every service real. What fits is found; what does
// not has one answer, and not too often.
import { randomInt } from 'node:crypto'
import { DcmsError } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventLog, eventually, startTestBank, type TestBank } from '../src/index.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await startTestBank()
}, 150_000)
afterAll(() => bank.stop())

const refused = (errorCode: string) => expect.objectContaining({ errorCode })
const RIGHT = '4826'
const WRONG = '4827'

/**
 * An active card with a PIN, and all that its holder knows; each customer has a mobile number of
 * its own.
 */
async function holder() {
  const mobileNo = `98${randomInt(10 ** 8)
    .toString()
    .padStart(8, '0')}`
  const customer = bank.newCustomer()
  const { entityId, kitInfo } = await bank.dcms.register({ ...customer, communicationInfo: [{ contactNo: `+91${mobileNo}` }] })
  const [kit] = kitInfo
  if (!kit) throw new Error('no card was issued')
  const { kitNo, expDate } = kit
  const cardNumber = bank.cardNumberOf(kit)
  const expiryDate = `${expDate.slice(5, 7)}${expDate.slice(2, 4)}`
  await bank.dcms.activateKit({ entityId, kitNo })
  await bank.dcms.pins.set({ entityId, kitNo, expiryDate, cardNumber, pin: RIGHT })
  const { cvv } = await bank.dcms.getCvv({ kitNo })
  return {
    kitNo,
    card: { cardNoLastSix: cardNumber.slice(-6), entityId, expiryDate, mobileNo },
    v1: { cardNumber, expiryDate, mobileNo, pin: RIGHT, cvv },
    v2: { cardNumber, expiryDate, mobileNo, pin: RIGHT },
  }
}
type Holder = Awaited<ReturnType<typeof holder>>

const ending = (known: Holder['v2']) => bank.dcms.pins.validateCardEnding(known)
const endingV1 = (known: Holder['v1']) => bank.dcms.pins.validateCardEnding(known, { scheme: 'v1' })

/** All that a caller sees of a refusal, apart from the trace id. */
async function refusalOf(call: Promise<unknown>): Promise<object> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof DcmsError)) throw error
    const { requestId: _ownToTheCall, stack: _stack, ...told } = error
    return { ...told, message: error.message }
  }
  throw new Error('the call was not refused')
}

test('a holder’s card is found by all three calls, with the account it draws on', async () => {
  const { kitNo, card, v1, v2 } = await holder()
  const found = {
    entityId: card.entityId,
    kitNo,
    cardStatus: 'ACTIVE',
    accountInfo: [expect.objectContaining({ accountNo: '8642135', accountStatus: 'ACTIVE', defaultAccount: true, schemeCode: '2003' })],
  }
  expect(await bank.dcms.validateCard(card)).toEqual(found)
  expect(await bank.dcms.validateCard({ ...card, mobileNo: `0${card.mobileNo}` })).toEqual(found)
  expect(await endingV1(v1)).toEqual(found)
  expect(await ending(v2)).toEqual(found)
})

test('a LOCKED card is found by validateCard alone, a BLOCKED one by none', async () => {
  const { kitNo, card, v1, v2 } = await holder()
  const manage = (operation: 'LOCK' | 'BLOCK') =>
    bank.dcms.manageKit({ entityId: card.entityId, oldKit: kitNo, operation, cardType: 'VIRTUAL' })
  await manage('LOCK')
  expect(await bank.dcms.validateCard(card)).toMatchObject({ kitNo, cardStatus: 'LOCKED' })
  await expect(ending(v2)).rejects.toEqual(refused('CRD002'))
  await expect(endingV1(v1)).rejects.toEqual(refused('CRD002'))
  await manage('BLOCK')
  await expect(bank.dcms.validateCard(card)).rejects.toEqual(refused('CRD001'))
})

test('validateCard tells nothing of what was wrong', async () => {
  const { card } = await holder()
  const other = await holder()
  const refusals = []
  for (const wrong of [
    { cardNoLastSix: other.card.cardNoLastSix },
    { expiryDate: '0130' },
    { mobileNo: other.card.mobileNo },
    { mobileNo: '9000000000' },
    { entityId: other.card.entityId },
    { entityId: 'nobody' },
  ])
    refusals.push(await refusalOf(bank.dcms.validateCard({ ...card, ...wrong })))
  expect(refusals[0]).toMatchObject({ errorCode: 'CRD001', status: 400, fieldError: ['Card details mismatch'] })
  expect(new Set(refusals.map((each) => JSON.stringify(each))).size).toBe(1)
})

test('validateCardEnding tells nothing of what was wrong, in either version', async () => {
  const { v1, v2 } = await holder()
  const other = await holder()
  const wrongs = [
    { cardNumber: other.v2.cardNumber },
    { expiryDate: '0130' },
    { mobileNo: other.v2.mobileNo },
    { mobileNo: '9000000000' },
    { pin: '48261' },
  ]
  const refusals = []
  for (const wrong of [...wrongs, { cvv: v1.cvv === '999' ? '998' : '999' }, { pin: WRONG }])
    refusals.push(await refusalOf(endingV1({ ...v1, ...wrong })))
  const again = await holder()
  for (const wrong of [...wrongs, { pin: WRONG }]) refusals.push(await refusalOf(ending({ ...again.v2, ...wrong })))
  expect(await ending(v2)).toMatchObject({ cardStatus: 'ACTIVE' }) // one wrong PIN does not lock
  expect(refusals[0]).toMatchObject({ errorCode: 'CRD002', status: 400, fieldError: ['Invalid credentials'] })
  expect(new Set(refusals.map((each) => JSON.stringify(each))).size).toBe(1)
})

test('wrong PINs at once lock the PIN for every call; a new PIN opens it', async () => {
  const { kitNo, card, v2 } = await holder()
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => ending({ ...v2, pin: WRONG })))
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(8)
  await expect(ending(v2)).rejects.toEqual(refused('CRD002'))
  const inPin = { entityId: card.entityId, kitNo, expiryDate: card.expiryDate, cardNumber: v2.cardNumber, pin: RIGHT }
  await expect(bank.dcms.pins.validate(inPin)).rejects.toEqual(refused('pin.locked'))
  const log = await eventLog({ kafkaBrokers: bank.installation.engines.kafkaBrokers, installation: bank.installation.installation })
  try {
    await eventually(async () => expect(log.of('PinLocked', kitNo)).toHaveLength(1))
  } finally {
    await log.stop()
  }
  await bank.dcms.pins.set(inPin)
  expect(await ending(v2)).toMatchObject({ kitNo })
})

test('the eleventh call after ten failures is refused for the rest of 15 minutes, right or wrong, whoever it is about', async () => {
  const { card, v2 } = await holder()
  for (let time = 0; time < 5; time++) {
    await expect(bank.dcms.validateCard({ ...card, expiryDate: '0130' })).rejects.toEqual(refused('CRD001'))
    await expect(ending({ ...v2, expiryDate: '0130' })).rejects.toEqual(refused('CRD002'))
  }
  const nobody = { cardNoLastSix: '999999', entityId: 'nobody-at-all', expiryDate: '0131', mobileNo: '9000000001' }
  for (let time = 0; time < 10; time++) await expect(bank.dcms.validateCard(nobody)).rejects.toEqual(refused('CRD001'))
  const limited = []
  for (const call of [() => bank.dcms.validateCard(card), () => ending(v2), () => bank.dcms.validateCard(nobody)]) {
    const { retryAfterMs, ...told } = (await refusalOf(call())) as { retryAfterMs: number }
    expect(retryAfterMs).toBeGreaterThan(600_000)
    expect(retryAfterMs).toBeLessThanOrEqual(900_000)
    limited.push(JSON.stringify(told))
  }
  expect(limited[0]).toContain('rate.limit.exceeded')
  expect(new Set(limited).size).toBe(1)
})
