// Finding cards by their number and kits by their account: what is found, in every status and
// across a rotation of the index key.
import type { AccountInfo, CardPreferences } from '@dcms/contract'
import { fetchByCardNoV2Endpoint, fetchKitsByAccountNoEndpoint, kitStatuses, validatorOf } from '@dcms/contract'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { otherContext } from '../../test/other-contexts.ts'
import type { Kit } from '../kit.ts'
import { reindexCardNumbers } from '../vault/reindex-card-numbers.ts'
import { limitsOf } from './fetch-by-card-no-v2.ts'

const SETTLED_MS = 60_000
const account: AccountInfo = {
  accountNo: '8642135',
  accountStatus: 'ACTIVE',
  accountType: 'SAVING',
  accountsCurrency: 'INR',
  branchId: 'BRANCH01',
  defaultAccount: false,
  ifscCode: 'INDB0000001',
  isPrimary: true,
  product: 'Savings Account',
  schemeCode: '2003',
}
const channel = (dailyLimit: string) => ({ isEnabled: true, dailyLimit, maxLimit: '900000' })
const toggle = { superOtp: false, superPin: false, locationShield: { isEnabled: false }, swipeToPay: { isEnabled: false } }
const preferencesOf = (kitNo: string): CardPreferences => ({
  kitNo,
  domestic: { isEnabled: true, atm: channel('20000'), ecom: channel('30000'), pos: channel('50000'), contactless: channel('5000') },
  international: { isEnabled: false, atm: channel('10000') },
  toggle,
  lastPinChangedDate: '2026-11-20T10:12:33.421+00:00',
})
const holders = [
  { entityId: 'E2', isPrimary: true },
  { entityId: 'E1', isPrimary: false },
]
const customer = otherContext({
  accountsOfEntity: () => ({ accounts: [account] }),
  accountHolders: ({ accountNo }: { accountNo: string }) =>
    accountNo === '8642135' ? { accountStatus: 'ACTIVE', accountType: 'SAVING', holders } : null,
})
const pinPreference = otherContext({ cardPreferences: ({ kitNos }: { kitNos: string[] }) => kitNos.map(preferencesOf) })

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
  bank.parts = { customer, pinPreference }
  await bank.hsm.createKey(bank.tenant.id, 'field')
})
afterAll(() => bank.close())
afterEach(() => {
  customer.isAway = pinPreference.isAway = false
})

const encrypted = (text: string): Promise<string> => bank.hsm.encryptField(bank.tenant.id, text)
const byEncrypted = async (encryptedCardNumber: string) => bank.run('fetchByCardNoV2', { encryptedCardNumber })
const byClear = (cardNumber: string, name = 'fetchAccountsByCardNo') => bank.run(name, { cardNumber })
/** Sixteen digits with a right check digit that are no card of the bank. */
const STRANGE = '6729600000077473'
const addresses = ['fetchAccountsByCardNo', 'fetchAccountsByCardNoViaMapping']

test('a card is shown with customer, account and limits', async () => {
  const card = await bank.issue('E1', 'LOCKED', '2003_PHYSICAL')
  const pan = await bank.cardNumberOf(card)
  const { status, result } = await byEncrypted(await encrypted(pan))
  expect(status).toBe(200)
  expect(validatorOf(fetchByCardNoV2Endpoint.result)(structuredClone(result)).valid).toBe(true)
  const { isPrimary: _not, ...shownAccount } = account
  const at = card.createdAt.toISOString().replace('Z', '+00:00')
  expect(result).toEqual({
    entityId: 'E1',
    accountInfo: {
      ...shownAccount,
      kitDetails: {
        cardIssuanceDate: at,
        cardIssuanceType: null,
        cardName: 'Savings physical',
        cardStatus: 'LOCKED',
        cardType: 'PHYSICAL',
        encryptedCardNumber: expect.any(String),
        expDate: expect.stringMatching(/T00:00:00\.000\+00:00$/),
        kitNo: card._id,
        lastPinChangedDate: '2026-11-20T10:12:33.421+00:00',
        plasticCode: null,
        domestic: { channelLimit: { atm: 20000, ecom: 30000, pos: 50000, contactless: 5000 }, totalLimit: 100000 },
        international: { channelLimit: { atm: 10000 }, totalLimit: 10000 },
        toggle,
      },
    },
  })
  const { kitDetails } = (result as { accountInfo: { kitDetails: { encryptedCardNumber: string } } }).accountInfo
  expect((await bank.hsm.decryptField(bank.tenant.id, kitDetails.encryptedCardNumber)).reveal()).toBe(pan)
})

test('a region without channels has no limits', () => {
  expect(limitsOf({})).toEqual({ channelLimit: {}, totalLimit: 0 })
})

test('what does not open, opens to something else or to a wrong check digit is the same fault, and repeats nothing', async () => {
  const wrong = `${STRANGE.slice(0, -1)}${(Number(STRANGE.at(-1)) + 1) % 10}`
  const sound = Buffer.from(await encrypted(STRANGE), 'base64')
  const altered = Buffer.from(sound.map((byte, at) => (at === 20 ? byte ^ 1 : byte))).toString('base64')
  const refused = { status: 400, code: 'invalid.input.request', fieldError: ['encryptedCardNumber does not open to a card number'] }
  for (const value of [altered, await encrypted(wrong), await encrypted('not a number')])
    expect(await byEncrypted(value)).toMatchObject(refused)
  for (const name of addresses) {
    const answer = await byClear(wrong, name)
    expect(answer).toMatchObject({ status: 400, code: 'invalid.input.request', fieldError: ['cardNumber has a wrong check digit'] })
    expect(JSON.stringify(answer)).not.toContain(wrong)
    expect(JSON.stringify(await byClear(`${wrong}x`, name))).not.toContain(wrong)
  }
})

test('a number of no card, and of a card nobody has yet, are the same: unknown', async () => {
  const reserved = await bank.issue('E1', 'RESERVED')
  for (const number of [STRANGE, await bank.cardNumberOf(reserved)]) {
    const unknown = { status: 400, code: 'MCC007', fieldError: ['Invalid card number'] }
    expect(await byEncrypted(await encrypted(number))).toMatchObject(unknown)
    for (const name of addresses) expect(await byClear(number, name)).toMatchObject(unknown)
  }
})

test.each(addresses)('%s answers customer, kit and account of a card', async (name) => {
  const card = await bank.issue('E1')
  const { product: _not, ...linked } = account
  expect(await byClear(await bank.cardNumberOf(card), name)).toMatchObject({
    status: 200,
    result: { entityId: 'E1', kitNo: card._id, linkedAccounts: [{ ...linked, defaultAccount: true }] },
  })
})

const ownedStatuses = kitStatuses.filter((status) => status !== 'RESERVED' && status !== 'UNALLOCATED')
test.each(ownedStatuses)('a card that is %s is found by its number', async (status) => {
  const card = await bank.issue('E1', status)
  const number = await bank.cardNumberOf(card)
  expect(await byClear(number)).toMatchObject({ status: 200, result: { kitNo: card._id } })
  expect(await byEncrypted(await encrypted(number))).toMatchObject({ result: { accountInfo: { kitDetails: { cardStatus: status } } } })
})

test('what is needed of another context and is not there is not made up', async () => {
  const number = await bank.cardNumberOf(await bank.issue('E1'))
  pinPreference.isAway = true
  await expect(byEncrypted(await encrypted(number))).rejects.toThrow('does not answer')
  expect(await byClear(number)).toMatchObject({ status: 200 })
  customer.isAway = true
  await expect(byClear(number)).rejects.toThrow('does not answer')
  await expect(bank.run('fetchKitsByAccountNo', { accountNo: '8642135' })).rejects.toThrow('does not answer')
})

test('an account shows its holders with their cards, those in a final status when they are asked for', async () => {
  const own = await KitBank.start()
  own.parts = { customer, pinPreference }
  const cards: Kit[] = []
  for (const status of [...ownedStatuses, 'RESERVED'] as const) cards.push(await own.issue('E1', status))
  await own.issue('E9') // no holder: the customer context does not know it
  const ask = async (body: object) => (await own.run('fetchKitsByAccountNo', { accountNo: 8642135, ...body })).result
  const shownOf = (result: unknown) => (result as { entity: { kitInfo: { kitNo: string; cardStatus: string }[] }[] }).entity
  const kitNosOf = (statuses: readonly string[]) => cards.filter(({ status }) => statuses.includes(status)).map(({ _id }) => _id)
  const all = await ask({ isAllCardsRequired: 'true' })
  expect(validatorOf(fetchKitsByAccountNoEndpoint.result)(structuredClone(all)).valid).toBe(true)
  expect(all).toMatchObject({ accountNo: '8642135', accountStatus: 'ACTIVE', accountType: 'SAVING' })
  expect(shownOf(all)).toMatchObject([
    { entityId: 'E2', isPrimary: true, kitInfo: [] },
    { entityId: 'E1', isPrimary: false },
  ])
  expect(shownOf(all)[1]?.kitInfo.map(({ kitNo }) => kitNo)).toEqual(kitNosOf(ownedStatuses))
  for (const body of [{}, { isAllCardsRequired: false }]) {
    const living = shownOf(await ask(body))[1]?.kitInfo ?? []
    expect(living.map(({ kitNo }) => kitNo)).toEqual(kitNosOf(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED']))
    for (const kit of living) expect(Object.keys(kit)).not.toEqual(expect.arrayContaining(['encryptedCardNumber']))
  }
  await own.close()
})

test('an account nobody holds is unknown', async () => {
  expect(await bank.run('fetchKitsByAccountNo', { accountNo: '1' })).toMatchObject({ status: 400, code: 'invalid.source.account' })
})

test('both addresses of fetchKitsByEntityId answer the same cards', async () => {
  const card = await bank.issue('E7')
  for (const name of ['fetchKitsByEntityId', 'fetchKitsByEntityIdV2'])
    expect(await bank.run(name, { entityId: 'E7' })).toMatchObject({
      result: [{ kitNo: card._id, encryptedCardNumber: expect.any(String) }],
    })
})

test('a card is found by its number before, while and after the index key rotates', async () => {
  const old = await bank.issue('E1')
  const isFound = async (kit: Kit): Promise<boolean> =>
    ((await byClear(await bank.cardNumberOf(kit))).result as { kitNo: string } | null)?.kitNo === kit._id
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  const young = await bank.issue('E1')
  expect([await isFound(old), await isFound(young)]).toEqual([true, true])
  bank.nowMs += SETTLED_MS
  await bank.vault.reindex(bank.tenant, old, 2)
  expect([await isFound(old), await isFound(young)]).toEqual([true, true])
  const reads = Promise.all(Array.from({ length: 30 }, () => isFound(young)))
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect(new Set(await reads)).toEqual(new Set([true]))
  expect([await isFound(old), await isFound(young)]).toEqual([true, true])
})
