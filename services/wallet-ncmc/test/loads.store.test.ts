// Loading wallets: once per txnId, never over the product's maximum, and an outcome in the end.
// Rules: docs/rules.md#loading-a-wallet, docs/rules.md#one-load-per-txnid and
// docs/rules.md#loads-without-an-outcome.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { moveEntries } from '../src/move-entries.ts'
import { ENTRY_IDS_KEPT, newPurse, pursesOf } from '../src/purse.ts'
import { settleLoads } from '../src/settle-loads.ts'
import { ENTITY, WalletBank } from './wallet-bank.ts'
import { walletFaults } from './wallet-faults.ts'

const MAX_PAISE = 200_000
const MINUTE_MS = 60_000

let bank: WalletBank
beforeAll(async () => {
  bank = await WalletBank.start()
})
afterAll(() => bank.close())
afterEach(() => {
  bank.coreBanking.healed()
  bank.clock = () => new Date()
})

let loads = 0
const newTxnId = (): string => `txn-${++loads}`
const balances = async (kitNo: string) => {
  const { result } = await bank.run('fetchWalletBalance', { kitNo, entityId: ENTITY, walletType: 'NCMC' })
  return result as { offlineWalletBalance: string; offlineStagedWalletBalance: string }
}
const stagedOf = async (kitNo: string): Promise<string> => (await balances(kitNo)).offlineStagedWalletBalance
const expectSound = async (kitNo: string, maxPaise = MAX_PAISE): Promise<void> =>
  expect(walletFaults(await bank.purse(kitNo), await bank.entries(kitNo), maxPaise)).toEqual([])
const later = (ms: number) => () => Date.now() + ms
const settle = (ms: number): Promise<void> => bank.sweep(settleLoads(bank.coreBanking, later(ms)))
const move = (): Promise<void> => bank.sweep(moveEntries(later(MINUTE_MS)))

test('a load is taken from the account and staged; the confirmed balance stays', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 50_000)
  const txnId = newTxnId()
  expect(await bank.load(kitNo, txnId, '200.5')).toMatchObject({
    status: 200,
    result: { entityId: ENTITY, kitNo, walletType: 'NCMC', txnId, walletBalance: '0.00', stagedWalletBalance: '200.50' },
  })
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(29_950)
  expect(await balances(kitNo)).toMatchObject({ offlineWalletBalance: '0.00', offlineStagedWalletBalance: '200.50' })
  expect(await bank.events(kitNo)).toEqual([
    {
      type: 'WalletStaged',
      kitNo,
      entityId: ENTITY,
      txnId,
      transactionType: 'LOAD',
      amountPaise: 20_050,
      accountNo: bank.accountOf(kitNo),
      offlineBalancePaise: 0,
      stagedBalancePaise: 20_050,
      stagedAt: expect.any(String),
    },
  ])
  expect((await bank.purse(kitNo)).staged).toMatchObject([{ txnId, amountPaise: 20_050 }])
  await expectSound(kitNo)
})

test('a load of a purse that is open makes three statements of this service, and the relay one', async () => {
  const kitNo = bank.issue()
  await bank.load(kitNo, newTxnId(), '1')
  expect(await bank.statementsOf(() => bank.load(kitNo, newTxnId(), '1'))).toEqual(['insert', 'findAndModify', 'update'])
})

test('the same txnId gets the first answer, also at once, and moves no more money', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 100_000)
  const txnId = newTxnId()
  const answers = await bank.loadMany(kitNo, Array(20).fill(txnId), '100')
  for (const answered of answers) expect(answered).toEqual(answers[0])
  expect(answers[0]).toMatchObject({ status: 200, result: { stagedWalletBalance: '100.00' } })
  await bank.load(kitNo, newTxnId(), '50')
  expect(await bank.load(kitNo, txnId, '100.0')).toEqual(answers[0])
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(85_000)
  await expectSound(kitNo)
})

test('a txnId answers the same when its entry has long left the purse, and on a card that was blocked since', async () => {
  const kitNo = bank.issue()
  const txnId = newTxnId()
  const first = await bank.load(kitNo, txnId, '1')
  for (let more = 0; more <= ENTRY_IDS_KEPT; more++) await bank.load(kitNo, newTxnId(), '0.01')
  await move()
  expect((await bank.purse(kitNo)).entries).toEqual([])
  expect((await bank.purse(kitNo)).entryIds).toHaveLength(ENTRY_IDS_KEPT)
  expect(await bank.load(kitNo, txnId, '1')).toEqual(first)
  bank.change(kitNo, { cardStatus: 'BLOCKED' })
  expect(await bank.load(kitNo, txnId, '1')).toEqual(first)
  expect(await bank.load(kitNo, newTxnId(), '1')).toMatchObject({ status: 400, code: 'card.blocked' })
  await expectSound(kitNo)
})

test('a txnId with another amount, card or customer is refused, and nothing moves', async () => {
  const [kitNo, other, foreign] = [bank.issue(), bank.issue(), bank.issue({ entityId: 'E-2' })]
  const txnId = newTxnId()
  await bank.load(kitNo, txnId, '100')
  const paid = bank.coreBanking.paidPaise
  expect(await bank.load(kitNo, txnId, '101')).toMatchObject({ status: 409, code: 'TX0094' })
  expect(await bank.load(other, txnId, '100')).toMatchObject({ status: 409, code: 'TX0094' })
  expect(await bank.load(foreign, txnId, '100', { entityId: 'E-2' })).toMatchObject({ status: 409, code: 'TX0094' })
  expect(bank.coreBanking.paidPaise).toBe(paid)
})

test('200 loads at once never pass the maximum, and the account pays exactly what was staged', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 1_000_000)
  await bank.scope('opened').create(pursesOf, newPurse(kitNo, ENTITY)) // as the card's KitIssued does
  const answers = await bank.loadMany(kitNo, Array.from({ length: 200 }, newTxnId), '30')
  const staged = answers.filter(({ status }) => status === 200)
  expect(staged).toHaveLength(66)
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'TX0057']))
  expect(await stagedOf(kitNo)).toBe('1980.00')
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(1_000_000 - 66 * 3_000)
  await expectSound(kitNo)
  await move()
  await expectSound(kitNo)
  expect(await bank.entries(kitNo)).toHaveLength(200)
}, 120_000)

test('a load over the maximum is final and stands in the ledger as FAILED; the maximum itself fits', async () => {
  const kitNo = bank.issue({ productId: 'SMALL' })
  const txnId = newTxnId()
  for (let times = 0; times < 2; times++)
    expect(await bank.load(kitNo, txnId, '500.01')).toMatchObject({
      status: 400,
      code: 'TX0057',
      exception: { fieldError: ['Wallet balance limit exceeded'] },
    })
  expect(await bank.events(kitNo)).toMatchObject([{ type: 'WalletLoadFailed', txnId, amountPaise: 50_001, errorCode: 'TX0057' }])
  expect(await bank.load(kitNo, newTxnId(), '500')).toMatchObject({ status: 200, result: { stagedWalletBalance: '500.00' } })
  expect(await bank.load(kitNo, newTxnId(), '0.01')).toMatchObject({ code: 'TX0057' })
  await expectSound(kitNo, 50_000)
})

test('a load that the account does not cover is final too, and its room is given back', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 19_999)
  const txnId = newTxnId()
  expect(await bank.load(kitNo, txnId, '200')).toMatchObject({ status: 400, code: 'TX0051' })
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 1_000_000)
  expect(await bank.load(kitNo, txnId, '200')).toMatchObject({ status: 400, code: 'TX0051' })
  expect(await bank.load(kitNo, newTxnId(), '2000')).toMatchObject({ status: 200 })
  await expectSound(kitNo)
})

test.each(['unheard', 'unanswered', 'late'] as const)('a debit that is %s leaves the load open; a repeat ends it, once', async (how) => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 100_000)
  const txnId = newTxnId()
  bank.coreBanking.fail('debit', how)
  expect(await bank.load(kitNo, txnId, '100')).toMatchObject({ status: 504, code: 'service.timeout' })
  expect(await stagedOf(kitNo)).toBe('0.00')
  expect(await bank.load(kitNo, newTxnId(), '1900.01')).toMatchObject({ code: 'TX0057' }) // its room is taken
  expect(await bank.load(kitNo, txnId, '100')).toMatchObject({ status: 200, result: { stagedWalletBalance: '100.00' } })
  bank.coreBanking.deliver()
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(90_000)
  await expectSound(kitNo)
})

test.each(['unheard', 'unanswered', 'late'] as const)('a debit that is %s and never repeated is ended by the sweep', async (how) => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 100_000)
  const txnId = newTxnId()
  bank.coreBanking.fail('debit', how)
  await bank.load(kitNo, txnId, '100')
  await settle(0)
  expect(await stagedOf(kitNo)).toBe('0.00') // whoever began it may still be waiting
  await settle(MINUTE_MS)
  bank.coreBanking.deliver()
  expect(await stagedOf(kitNo)).toBe('100.00')
  expect(await bank.load(kitNo, txnId, '100')).toMatchObject({ status: 200, result: { stagedWalletBalance: '100.00' } })
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(90_000)
  await expectSound(kitNo)
})

test('while the core banking system is away the load stays open, and the sweep says so', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.chance = () => 'unheard'
  await bank.load(kitNo, newTxnId(), '100')
  await expect(settle(MINUTE_MS)).rejects.toThrow('not known yet')
  bank.coreBanking.healed()
  await settle(MINUTE_MS)
  expect(await stagedOf(kitNo)).toBe('100.00')
})

test('a load that is open for too long is taken back: a late yes moves no money', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 100_000)
  const txnId = newTxnId()
  bank.coreBanking.fail('debit', 'late')
  await bank.load(kitNo, txnId, '100')
  await settle(16 * MINUTE_MS)
  bank.coreBanking.deliver()
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(100_000)
  expect(await stagedOf(kitNo)).toBe('0.00')
  expect(await bank.load(kitNo, txnId, '100')).toMatchObject({ status: 504, code: 'service.timeout' })
  expect(await bank.events(kitNo)).toMatchObject([{ type: 'WalletLoadFailed', errorCode: 'service.timeout' }])
  expect(await bank.load(kitNo, newTxnId(), '2000')).toMatchObject({ code: 'TX0051' })
  expect(await bank.load(kitNo, newTxnId(), '1000')).toMatchObject({ status: 200 })
  await expectSound(kitNo)
})

test('a yes that comes between the decision to take a load back and its reversal is reversed', async () => {
  const kitNo = bank.issue()
  bank.coreBanking.funds.set(bank.accountOf(kitNo), 100_000)
  const txnId = newTxnId()
  bank.coreBanking.fail('debit', 'late')
  await bank.load(kitNo, txnId, '100')
  bank.coreBanking.fail('reverse', 'unheard')
  await expect(settle(16 * MINUTE_MS)).rejects.toThrow('not known yet')
  bank.coreBanking.deliver() // the account has paid now, too late
  expect(await bank.load(kitNo, txnId, '100')).toMatchObject({ status: 504, code: 'service.timeout' })
  expect(await stagedOf(kitNo)).toBe('0.00')
  await settle(16 * MINUTE_MS)
  expect(bank.coreBanking.funds.get(bank.accountOf(kitNo))).toBe(100_000)
  expect((await bank.purse(kitNo)).committedPaise).toBe(0)
  await expectSound(kitNo)
})

test.each([
  ['ASSIGNED', 'card.status.active'],
  ['INACTIVE', 'card.status.active'],
  ['LOCKED', 'card.status.active'],
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
] as const)('a card that is %s is not loaded (%s), and its txnId stays free', async (cardStatus, code) => {
  const kitNo = bank.issue({ cardStatus })
  const txnId = newTxnId()
  expect(await bank.load(kitNo, txnId, '1')).toMatchObject({ status: 400, code })
  bank.change(kitNo, { cardStatus: 'ACTIVE' })
  expect(await bank.load(kitNo, txnId, '1')).toMatchObject({ status: 200 })
})

test.each<[string, object, string]>([
  ['an unknown card', { kitNo: 'UNKNOWN1' }, 'MCC007'],
  ['somebody else’s card', { entityId: 'E-2' }, 'MCC007'],
  ['another wallet', { walletType: 'PPI' }, 'invalid.input.request'],
  ['nothing', { amount: '0' }, 'invalid.input.request'],
  ['less than nothing', { amount: '-5' }, 'invalid.input.request'],
  ['a tenth of the least', { amount: '1.001' }, 'invalid.input.request'],
])('a load of %s is refused', async (_what, change, code) => {
  expect(await bank.load(bank.issue(), newTxnId(), '1', change)).toMatchObject({ status: 400, code })
})

test('a card without NCMC is not loaded', async () => {
  expect(await bank.load(bank.issue({ productId: 'PLAIN' }), newTxnId(), '1')).toMatchObject({ code: 'product.level.disable' })
})

test('while the kit context is away nothing is loaded and nothing is claimed', async () => {
  const kitNo = bank.issue()
  const txnId = newTxnId()
  bank.isKitAway = true
  try {
    await expect(bank.load(kitNo, txnId, '1')).rejects.toThrow('the kit context is away')
  } finally {
    bank.isKitAway = false
  }
  expect(await bank.load(kitNo, txnId, '2')).toMatchObject({ status: 200 })
})
