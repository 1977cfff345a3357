// Cards in every status through the gateway: each fetch endpoint shows each change at once to the
// caller who made it; foreign ids are unknown.

import { sdkOptions } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import { databaseName } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mongoose from 'mongoose'
import { startTestBank, type TestBank } from '../src/index.ts'

let bank: TestBank
let otherBank: Dcms
beforeAll(async () => {
  bank = await startTestBank()
  otherBank = new Dcms({ ...sdkOptions(bank.client, 'SANDBOX_BANK'), mode: 'session' })
}, 150_000)
afterAll(async () => {
  await otherBank?.close()
  await bank?.stop()
})

interface Card {
  entityId: string
  accountNo: string
  kitNo: string
  cardNumber: string
  maskedCardNo: string
  encryptedCardNumber: string
}

/** An account of its own, so that no other test's cards are on it. */
async function issueCard(cardType: 'VIRTUAL' | 'PHYSICAL' = 'VIRTUAL'): Promise<Card> {
  const customer = bank.newCustomer()
  const accountNo = `55${Date.now()}${Math.floor(Math.random() * 1_000)}`
  const { entityId } = customer
  await bank.dcms.register({
    ...customer,
    accountInfo: customer.accountInfo.map((account) => ({ ...account, accountNo })),
    kitInfo: [{ accountNo, cardType }],
    deliveryAddress: 'PERMANENT',
  })
  return await cardOf(entityId, accountNo)
}

async function cardOf(entityId: string, accountNo: string, kitNo?: string): Promise<Card> {
  const kits = await bank.dcms.fetchKitsByEntityId({ entityId })
  const kit = kitNo === undefined ? kits[0] : kits.find((each) => each.kitNo === kitNo)
  if (!kit?.encryptedCardNumber) throw new Error('the card is not there')
  const { encryptedCardNumber, cardNumber: maskedCardNo } = kit
  return { entityId, accountNo, kitNo: kit.kitNo, cardNumber: bank.cardNumberOf(kit), maskedCardNo, encryptedCardNumber }
}

type Shown = { kitNo: string; cardStatus: string }
const statusIn = (kits: readonly Shown[] | undefined, kitNo: string): string | undefined =>
  kits?.find((each) => each.kitNo === kitNo)?.cardStatus

/** What each endpoint says of the card, asked one after the other at once. */
async function statusesOf({ entityId, accountNo, kitNo, cardNumber, maskedCardNo, encryptedCardNumber }: Card) {
  const { dcms } = bank
  const byAccount = await dcms.fetchKitsByAccountNo({ accountNo, isAllCardsRequired: true })
  const byNumber = (await dcms.fetchByCardNoV2({ encryptedCardNumber })).accountInfo.kitDetails
  const found = [await dcms.fetchAccountsByCardNo({ cardNumber }), await dcms.fetchAccountsByCardNoViaMapping({ cardNumber })]
  for (const each of found) expect(each).toMatchObject({ entityId, kitNo, linkedAccounts: [{ accountNo }] })
  expect((await dcms.fetchCifByMaskedCard({ maskedCardNo })).entityId).toContain(entityId)
  expect(byNumber.kitNo).toBe(kitNo)
  return {
    fetchKitsByEntityId: statusIn(await dcms.fetchKitsByEntityId({ entityId }), kitNo),
    fetchKitsByEntityIdV2: statusIn(await dcms.fetchKitsByEntityIdV2({ entityId }), kitNo),
    fetchKitsByAccountNo: statusIn(byAccount.entity[0]?.kitInfo, kitNo),
    fetchByCardNoV2: byNumber.cardStatus as string,
    viewCustomer: statusIn((await dcms.viewCustomer({ entityId })).kitInfo, kitNo),
    fetchByCif: statusIn((await dcms.fetchByCif({ entityId })).accountInfo.kitInfo, kitNo),
    fetchByCifV2: statusIn((await dcms.fetchByCifV2({ entityId })).accountInfo.kitInfo, kitNo),
  }
}

async function expectEverywhere(card: Card, status: string): Promise<void> {
  const shown = await statusesOf(card)
  expect(shown).toEqual(Object.fromEntries(Object.keys(shown).map((name) => [name, status])))
}

const manage = ({ entityId, kitNo }: Card, operation: 'LOCK' | 'UNLOCK' | 'BLOCK' | 'HOTLIST' | 'REPLACE') =>
  bank.dcms.manageKit({ entityId, oldKit: kitNo, operation, ...(operation === 'REPLACE' && { cardType: 'VIRTUAL' as const }) })

test('a card is shown as it is after each command of its life, by every endpoint', async () => {
  const card = await issueCard()
  const { entityId, kitNo, accountNo } = card
  await expectEverywhere(card, 'INACTIVE')
  await bank.dcms.activateKit({ entityId, kitNo })
  await expectEverywhere(card, 'ACTIVE')
  await manage(card, 'LOCK')
  await expectEverywhere(card, 'LOCKED')
  await manage(card, 'UNLOCK')
  await expectEverywhere(card, 'ACTIVE')
  await manage(card, 'BLOCK')
  await expectEverywhere(card, 'BLOCKED')
  const { kitInfo } = await manage(card, 'REPLACE')
  await expectEverywhere(card, 'REPLACED')
  const successor = await cardOf(entityId, accountNo, kitInfo?.[0]?.kitNo)
  await expectEverywhere(successor, 'INACTIVE')
  await manage(successor, 'HOTLIST')
  await expectEverywhere(successor, 'HOTLISTED')
}, 60_000)

test('both cards of an upgrade are shown before and after the new one takes over', async () => {
  const card = await issueCard()
  const { entityId, kitNo, accountNo } = card
  await bank.dcms.activateKit({ entityId, kitNo })
  const { kitInfo } = await bank.dcms.upgradeCard({ entityId, kitNo, kitInfo: [{ tierType: 'CLASSICONE', cardType: 'PHYSICAL' }] })
  const successor = await cardOf(entityId, accountNo, kitInfo[0]?.kitNo)
  await expectEverywhere(card, 'ACTIVE')
  await expectEverywhere(successor, 'ASSIGNED')
  await bank.dcms.activateKit({ entityId, kitNo: successor.kitNo })
  await expectEverywhere(successor, 'ACTIVE')
  await expectEverywhere(card, 'REPLACED')
}, 60_000)

test('expired and closed cards, which no endpoint makes, are shown as they are; no longer among the living of the account', async () => {
  const card = await issueCard()
  const { MONGO_URL = '' } = process.env
  const connection = await mongoose.createConnection(MONGO_URL).asPromise()
  const kits = connection.useDb(databaseName(bank.installation.installation, 'kit', 'ACME_BANK')).collection<{ _id: string }>('kits')
  for (const status of ['EXPIRED_CARD', 'CLOSED']) {
    await kits.updateOne({ _id: card.kitNo }, { $set: { status } })
    await expectEverywhere(card, status)
    expect((await bank.dcms.fetchKitsByAccountNo({ accountNo: card.accountNo })).entity[0]?.kitInfo).toEqual([])
  }
  await connection.close()
}, 60_000)

test('the ids of another bank or customer are answered like ids that nobody has', async () => {
  const card = await issueCard()
  const { entityId, kitNo } = card
  const stranger = await issueCard()
  const refusal = async (call: Promise<unknown>) =>
    await call.then(
      () => 'answered',
      ({ errorCode, reasonCode, fieldError, status }: Record<string, unknown>) => ({ errorCode, reasonCode, fieldError, status }),
    )
  const own = { entityId: stranger.entityId }
  const other = { entityId }
  const pairs: readonly [Dcms, (dcms: Dcms, kit: string, entity: { entityId: string }) => Promise<unknown>, { entityId: string }][] = [
    [bank.dcms, (dcms, kit, entity) => dcms.activateKit({ ...entity, kitNo: kit }), own],
    [bank.dcms, (dcms, kit, entity) => dcms.manageKit({ ...entity, oldKit: kit, operation: 'LOCK' }), own],
    [bank.dcms, (dcms, kit, entity) => dcms.upgradeCard({ ...entity, kitNo: kit }), own],
    [bank.dcms, (dcms, kit, entity) => dcms.applyForCard({ ...entity, kitNo: kit }), own],
    [otherBank, (dcms, kit, entity) => dcms.activateKit({ ...entity, kitNo: kit }), other],
    [otherBank, (dcms, kit, entity) => dcms.manageKit({ ...entity, oldKit: kit, operation: 'BLOCK' }), other],
    [otherBank, (dcms, kit) => dcms.getCvv({ kitNo: kit }), other],
    [otherBank, (dcms, kit) => dcms.kitTracking({ kitNo: kit }), other],
    [otherBank, (dcms, kit, entity) => dcms.upgradeCard({ ...entity, kitNo: kit }), other],
    [otherBank, (dcms, kit, entity) => dcms.applyForCard({ ...entity, kitNo: kit }), other],
  ]
  for (const [dcms, call, entity] of pairs) {
    const answered = await refusal(call(dcms, kitNo, entity))
    expect(answered).toMatchObject({ errorCode: expect.stringMatching(/^(MCC007|CUS001)$/) })
    expect(answered).toEqual(await refusal(call(dcms, '1', entity)))
  }
  const nobody = { entityId: 'nobody' }
  for (const call of ['fetchKitsByEntityId', 'fetchKitsByEntityIdV2', 'manageAllKits'] as const) {
    const body = (entity: { entityId: string }) => (call === 'manageAllKits' ? { ...entity, operation: 'BLOCK' as const } : entity)
    const run = (entity: { entityId: string }) => refusal((otherBank[call] as (body: object) => Promise<unknown>)(body(entity)))
    expect(await run({ entityId })).toMatchObject({ errorCode: 'CUS001' })
    expect(await run({ entityId })).toEqual(await run(nobody))
  }
  const account = (accountNo: string) => refusal(otherBank.fetchKitsByAccountNo({ accountNo }))
  expect(await account(card.accountNo)).toEqual(await account('1'))
  for (const call of ['fetchAccountsByCardNo', 'fetchAccountsByCardNoViaMapping'] as const)
    expect(await refusal(otherBank[call]({ cardNumber: card.cardNumber }))).toEqual(
      await refusal(otherBank[call]({ cardNumber: '6729600000077473' })),
    )
  await expectEverywhere(card, 'INACTIVE')
}, 60_000)
