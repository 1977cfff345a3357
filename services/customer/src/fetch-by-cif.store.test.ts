// The default account of a customer with all cards and what is chosen for each.
import { fetchByCifEndpoint, validatorOf } from '@dcms/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'
import { account } from '../test/customers.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
  const accountInfo = [account('111', { accountType: null }), account('222', { accountType: null, defaultAccount: true })]
  await bank.add('asha', { accountInfo })
})
beforeEach(() => {
  bank.isKitAway = false
  bank.isPinPreferenceAway = false
})
afterAll(() => bank.close())

const both = ['fetchByCif', 'fetchByCifV2'] as const

test.each(both)('%s shows the default account and every card, with the day of its issue in the bank’s time zone', async (name) => {
  const { kitNo } = bank.issue('asha', { accountNo: '111', cardStatus: 'REPLACED', aliasName: 'ASHA RAO' })
  const answered = await bank.run(name, { entityId: 'asha' })
  const channel = { isEnabled: true, dailyLimit: '100', maxLimit: '200' }
  expect(answered).toEqual({
    status: 200,
    result: {
      entityId: 'asha',
      accountInfo: {
        accountNo: '222',
        accountType: null,
        kitInfo: [
          {
            kitNo,
            aliasName: 'ASHA RAO',
            cardCategory: 'DEBIT',
            cardIssuanceDate: '2026-11-21',
            cardIssuanceType: null,
            cardStatus: 'REPLACED',
            cardType: 'VIRTUAL',
            encryptedCardNumber: `sealed ${kitNo}`,
            expDate: '2029-07-31',
            fourthLine: null,
            plasticCode: null,
            domestic: { isEnabled: true, atm: channel, pos: channel, ecom: channel, contactless: channel },
            international: { isEnabled: false },
            toggle: { superOtp: false, superPin: true, locationShield: { isEnabled: false }, swipeToPay: { isEnabled: false } },
          },
        ],
      },
    },
  })
  const { result } = answered
  expect(validatorOf(fetchByCifEndpoint.result)(structuredClone(result))).toEqual({ valid: true, value: result })
  bank.kits.ACME_BANK = []
})

test('a customer without cards has an empty list, and nobody is asked for preferences', async () => {
  bank.isPinPreferenceAway = true
  expect(await bank.run('fetchByCif', { entityId: 'asha' })).toMatchObject({ result: { accountInfo: { accountNo: '222', kitInfo: [] } } })
})

test('the preferences of many cards are asked for in fifties, and each card gets its own', async () => {
  await bank.add('collector')
  const kits = Array.from({ length: 120 }, () => bank.issue('collector'))
  bank.asked.length = 0
  const { result } = await bank.run('fetchByCif', { entityId: 'collector' })
  expect((result as { accountInfo: { kitInfo: { kitNo: string }[] } }).accountInfo.kitInfo.map(({ kitNo }) => kitNo)).toEqual(
    kits.map(({ kitNo }) => kitNo),
  )
  expect(bank.asked.filter((name) => name === 'cardPreferences')).toHaveLength(3)
})

test.each(both)('%s answers 503 while the owner of cards or of preferences is away', async (name) => {
  bank.issue('asha')
  bank.isKitAway = true
  expect(await bank.run(name, { entityId: 'asha' })).toMatchObject({ status: 503, code: 'service.unavailable' })
  bank.isKitAway = false
  bank.isPinPreferenceAway = true
  expect(await bank.run(name, { entityId: 'asha' })).toMatchObject({ status: 503, code: 'service.unavailable' })
})

test.each(both)('%s does not know an unknown customer and one still being registered, and takes no body without entityId', async (name) => {
  await bank.add(`pending-${name}`, { status: 'PENDING' })
  for (const entityId of ['nobody', `pending-${name}`])
    expect(await bank.run(name, { entityId })).toMatchObject({ status: 400, code: 'CUS001' })
  expect(await bank.run(name, {})).toMatchObject({ code: 'invalid.input.request', fieldError: ['entityId is required'] })
})

test('a change of a card shows in the next answer', async () => {
  await bank.add('changer')
  const kit = bank.issue('changer')
  const statusOf = async () =>
    ((await bank.run('fetchByCif', { entityId: 'changer' })).result as { accountInfo: { kitInfo: { cardStatus: string }[] } }).accountInfo
      .kitInfo
  expect(await statusOf()).toMatchObject([{ cardStatus: 'ACTIVE' }])
  kit.cardStatus = 'HOTLISTED'
  expect(await statusOf()).toMatchObject([{ cardStatus: 'HOTLISTED' }])
})
