// PINs on paper: ordered, produced in batches, also over a batch that broke off, and good from then
// on. Rule: docs/rules.md#pin-mailers.
import { randomBytes } from 'node:crypto'
import { decipherPinBlock4 } from '@dcms/card-crypto'
import type { PinMailerBatch } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import type { Command } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { producePinMailers } from '../src/produce-pin-mailers.ts'
import { regeneratePinMailer } from '../src/regenerate-pin-mailer.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { type Answered, ENTITY, physical, TestBank } from './test-bank.ts'

const mailerKey = randomBytes(32)
const order = { entityId: ENTITY, addressType: 'COMMUNICATION', homeCurrencyCode: '356' } as const

let bank: TestBank
let ask: Command
let produce: Command

beforeAll(async () => {
  bank = await TestBank.start()
  ask = regeneratePinMailer(bank)
  produce = producePinMailers(bank)
})
afterAll(() => bank.close())

const plastic = { productId: physical.productId, cardType: 'PHYSICAL' } as const
const refused = (status: number, code: string) => ({ status, result: null, code })
const batchOf = ({ result }: Answered) => result as PinMailerBatch
const batch = async (batchId: string, limit = 500) => batchOf(await bank.run(produce, { batchId, limit }))

/**
 * A physical card with the PIN 1234 as the kit's event made it known here, and its mailer ordered.
 */
async function ordered(): Promise<string> {
  const kitNo = bank.issue(plastic)
  expect((await bank.run(setPinV2(bank), bank.body(kitNo, '1234'))).status).toBe(200)
  const maskedCardNumber = bank.kits.get(kitNo)?.maskedCardNumber
  await bank.tenant.database.collection('cards').updateOne({ _id: kitNo as never }, { $set: { maskedCardNumber } })
  expect((await bank.run(ask, { ...order, kitNo })).status).toBe(200)
  return kitNo
}
const check = async (kitNo: string, pin: string) => {
  const { code, result } = await bank.run(validatePinV2(bank), bank.body(kitNo, pin))
  return code ?? result
}
/** What the printer reads. */
const printedPin = (kitNo: string, line: PinMailerBatch['lines'][number] | undefined): string =>
  usedSecret('pin', decipherPinBlock4(mailerKey, line?.encryptedPinBlock ?? '', bank.kits.get(kitNo)?.cardNumber ?? ''))

test('without a mailer key nothing is produced, and the order goes on waiting', async () => {
  const kitNo = await ordered()
  expect(await bank.run(produce, { batchId: 'early', limit: 10 })).toEqual(refused(400, 'encryption.key.not.found'))
  expect((await bank.card(kitNo)).pinMailer?.status).toBe('PENDING')
  await bank.bringKey('mailer', mailerKey)
  expect((await batch('early')).lines.map((line) => line.kitNo)).toEqual([kitNo])
})

test('an order is answered and announced, a repeat is answered alike, and a second has to wait', async () => {
  const kitNo = bank.issue(plastic)
  const body = { ...order, kitNo, requestId: 'order-1' }
  const accepted = { status: 200, result: { ...order, kitNo, pinRegenerationStatus: true }, code: undefined }
  for (let repeat = 0; repeat < 2; repeat++) expect(await bank.run(ask, body)).toEqual(accepted)
  expect(await bank.run(ask, { ...order, kitNo })).toEqual(refused(409, 'PIN005'))
  expect(await bank.events(kitNo)).toEqual([expect.objectContaining({ type: 'PinMailerRequested', kitNo, ...order })])
})

test('who cannot have one is told why, the card’s owner and status first', async () => {
  const virtual = bank.issue()
  expect(await bank.run(ask, { ...order, kitNo: virtual })).toEqual(refused(400, 'PIN004'))
  expect(await bank.run(ask, { ...order, kitNo: virtual, entityId: 'somebody' })).toEqual(refused(400, 'MCC007'))
  for (const [cardStatus, code] of [
    ['BLOCKED', 'card.blocked'],
    ['LOCKED', 'card.status.active'],
  ] as const) {
    bank.change(virtual, { cardStatus })
    expect(await bank.run(ask, { ...order, kitNo: virtual })).toEqual(refused(400, code))
  }
})

test('until the batch the old PIN is good, from the batch on the printed one, and a locked PIN is usable again', async () => {
  const [kitNo, locked] = [await ordered(), await ordered()]
  for (let tries = 0; tries < 3; tries++) expect(await check(locked, '4321')).toBe('PIN002')
  expect(await check(kitNo, '1234')).toBe(true)
  const { lines } = await batch('file-1')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toEqual({
    ...order,
    kitNo,
    mailerId: expect.any(String),
    maskedCardNumber: bank.kits.get(kitNo)?.maskedCardNumber,
    encryptedPinBlock: expect.stringMatching(/^[0-9A-F]{32}$/),
    pinBlockFormat: 4,
  })
  for (const [position, each] of [kitNo, locked].entries()) {
    expect(await check(each, printedPin(each, lines[position]))).toBe(true)
    expect((await bank.events(each)).at(-1)).toMatchObject({ type: 'PinSet', firstPin: false })
    expect((await bank.card(each)).pinMailer).toMatchObject({ status: 'PRODUCED', batchId: 'file-1' })
  }
})

test('the oldest first, as many as asked; the same batch answers the same lines, another takes only new ones', async () => {
  const kitNos = [await ordered(), await ordered(), await ordered()]
  const first = await batch('file-2', 2)
  expect(first.lines.map(({ kitNo }) => kitNo)).toEqual(kitNos.slice(0, 2))
  await bank.run(ask, { ...order, kitNo: kitNos[0] }) // ordered again since: the file stays what it was
  expect(await batch('file-2', 500)).toEqual(first)
  const second = await batch('file-3')
  expect(second.lines.map(({ kitNo }) => kitNo)).toEqual([kitNos[2], kitNos[0]])
  expect(await batch('file-4')).toEqual({ batchId: 'file-4', lines: [], closed: [] })
  expect(await batch('file-2', 2)).toEqual(first)
})

test('a batch that broke off is finished with the PINs it wrote down first', async () => {
  const kitNos = [await ordered(), await ordered()]
  const complete = await batch('file-5')
  const cards = bank.tenant.database.collection('cards')
  const open = { $set: { 'pinMailer.status': 'PENDING' }, $unset: { 'pinMailer.batchId': '', 'pinMailer.settledAt': '', pin: '' } }
  await cards.updateOne({ _id: kitNos[1] as never }, open)
  await bank.tenant.database.collection('pinMailerBatches').updateOne({ _id: 'file-5' as never }, { $unset: { settled: '' } })
  expect(await batch('file-5')).toEqual(complete)
  for (const [position, kitNo] of kitNos.entries()) expect(await check(kitNo, printedPin(kitNo, complete.lines[position]))).toBe(true)
  expect((await bank.events(kitNos[0] ?? '')).filter(({ type }) => type === 'PinSet')).toHaveLength(2)
})

test('batches at the same time give each card one PIN: every mailer stands in one of them', async () => {
  const kitNos = await Promise.all([1, 2, 3, 4, 5, 6].map(() => ordered()))
  const batches = await Promise.all(['file-6', 'file-6', 'file-7', 'file-8'].map((batchId) => batch(batchId)))
  expect(batches[0]).toEqual(batches[1])
  const lines = [...new Map(batches.map((each) => [each.batchId, each.lines])).values()].flat()
  expect(lines.map(({ kitNo }) => kitNo).sort()).toEqual(kitNos.sort())
  for (const line of lines) expect(await check(line.kitNo, printedPin(line.kitNo, line))).toBe(true)
})

test('a card that went out of use gets no PIN and its mailer is closed; a locked one waits', async () => {
  const [blocked, locked, gone] = [await ordered(), await ordered(), await ordered()]
  bank.change(blocked, { cardStatus: 'BLOCKED' })
  bank.change(locked, { cardStatus: 'LOCKED' })
  bank.kits.delete(gone)
  const { lines, closed } = await batch('file-9')
  expect(lines).toEqual([])
  expect(closed).toEqual([
    { kitNo: blocked, mailerId: expect.any(String), reason: 'card.blocked' },
    { kitNo: gone, mailerId: expect.any(String), reason: 'MCC007' },
  ])
  expect((await bank.card(blocked)).pinMailer?.status).toBe('CLOSED')
  bank.change(blocked, { cardStatus: 'ACTIVE' })
  expect(await check(blocked, '1234')).toBe(true)
  bank.change(locked, { cardStatus: 'ACTIVE' })
  expect((await batch('file-10')).lines.map(({ kitNo }) => kitNo)).toEqual([locked])
})
