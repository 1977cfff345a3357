// Reads of a wallet and the auto-reload of its card: whose they are, what is refused, and how
// purses come to be.
import { kitConvertedEvent, kitIssuedEvent } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openPurse, ownerOfWallet } from '../src/open-purses.ts'
import { pursesOf } from '../src/purse.ts'
import { definition, ENTITY, WalletBank } from './wallet-bank.ts'

let bank: WalletBank
beforeAll(async () => {
  bank = await WalletBank.start()
})
afterAll(() => bank.close())

const set = (kitNo: string, change: object = {}) => bank.run('setNcmcPreference', { kitNo, entityId: ENTITY, ...change })
const fetch = (kitNo: string, entityId = ENTITY) => bank.run('fetchNcmcPreference', { kitNo, entityId })
const reload = (enabled: boolean, threshold: number, loadAmount: number) => ({ autoReload: { enabled, threshold, loadAmount } })
const STORED_AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** The kit's event arrives, as the service reacts to it. */
const arrive = (example: object, kitNo: string, productId: string) =>
  openPurse(bank.scope(`purse-${kitNo}`), {
    subject: kitNo,
    payload: { ...example, kitNo, entityId: ENTITY, productId } as unknown as Parameters<typeof openPurse>[1]['payload'],
  })

test('what was never set is off, with zeros and without dates', async () => {
  const kitNo = bank.issue()
  expect(await fetch(kitNo)).toMatchObject({
    status: 200,
    result: {
      entityId: ENTITY,
      kitNo,
      accountNo: null,
      autoReload: { enabled: false, threshold: 0, loadAmount: 0 },
      createdDate: null,
      changedDate: null,
    },
  })
  expect(await pursesOf(bank.tenant).findById(kitNo).lean()).toBeNull() // reads write nothing
})

test('what is set is shown, echoed and told; what is left out later stays', async () => {
  const kitNo = bank.issue()
  const accountNo = bank.accountOf(kitNo)
  const audit = { channel: 'MOBILE', creator: ENTITY, changer: 'ravi' }
  const first = await set(kitNo, { accountNo, ...reload(true, 100.5, 500), ...audit })
  expect(first).toMatchObject({
    status: 200,
    result: {
      kitNo,
      accountNo,
      autoReload: { enabled: true, threshold: 100.5, loadAmount: 500 },
      ...audit,
      createdDate: expect.stringMatching(STORED_AT),
    },
  })
  bank.clock = () => new Date(Date.now() + 60_000)
  const second = await set(kitNo, { autoReload: { enabled: false } })
  bank.clock = () => new Date()
  expect(second.result).toMatchObject({ accountNo, autoReload: { enabled: false, threshold: 100.5, loadAmount: 500 } })
  expect(second.result).not.toHaveProperty('channel')
  const [before, after] = [first.result, second.result] as { createdDate: string; changedDate: string }[]
  expect(after?.createdDate).toBe(before?.createdDate)
  expect(after?.changedDate.localeCompare(before?.changedDate ?? '')).toBe(1)
  const { channel: _channel, creator: _creator, changer: _changer, ...shown } = second.result as Record<string, unknown>
  expect((await fetch(kitNo)).result).toEqual(shown)
  const told = { type: 'NcmcPreferenceChanged', kitNo, entityId: ENTITY, accountNo, reason: 'REQUESTED', changedAt: expect.any(String) }
  expect(await bank.events(kitNo)).toEqual([
    { ...told, ...audit, autoReload: { enabled: true, thresholdPaise: 10_050, loadAmountPaise: 50_000 } },
    { ...told, autoReload: { enabled: false, thresholdPaise: 10_050, loadAmountPaise: 50_000 } },
  ])
})

test.each<[string, object, string]>([
  ['an unknown card', { kitNo: 'UNKNOWN1' }, 'MCC007'],
  ['somebody else’s card', { entityId: 'E-2' }, 'MCC007'],
  ['another account than the card’s', { accountNo: '999' }, 'invalid.source.account'],
  ['more than the wallet holds', reload(true, 1_500, 500.01), 'TX0057'],
  ['a tenth of the least', reload(true, 100.001, 500), 'invalid.input.request'],
  ['auto-reload on without threshold and amount', { autoReload: { enabled: true } }, 'invalid.input.request'],
  ['auto-reload on without an amount', { autoReload: { enabled: true, threshold: 5 } }, 'invalid.input.request'],
  ['an amount of nothing', reload(false, 1, 0), 'invalid.input.request'],
  ['a threshold below nothing', reload(false, -1, 1), 'invalid.input.request'],
])('%s is refused', async (_what, change, code) => expect(await set(bank.issue(), change)).toMatchObject({ status: 400, code }))

test('the most that the wallet holds, and a threshold of nothing, are taken', async () => {
  expect(await set(bank.issue(), reload(true, 1_500, 500))).toMatchObject({ status: 200 })
  expect(await set(bank.issue(), reload(true, 0, 500))).toMatchObject({ status: 200 })
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
] as const)('a card that is %s is refused with %s; reads go on', async (cardStatus, code) => {
  const kitNo = bank.issue({ cardStatus })
  expect(await set(kitNo, reload(true, 1, 1))).toMatchObject({ status: 400, code })
  expect((await fetch(kitNo)).status).toBe(200)
})

test.each(['fetchWalletBalance', 'fetchWalletServices', 'fetchWalletAuthntTransactions', 'fetchWalletLedgerTransactions'])(
  '%s answers the owner of an NCMC card and nobody else, with and without a purse',
  async (name) => {
    const read = (kitNo: string, entityId = ENTITY) => bank.run(name, { kitNo, entityId, walletType: 'NCMC' })
    const [kitNo, plain] = [bank.issue(), bank.issue({ productId: 'PLAIN' })]
    expect(await read(kitNo)).toMatchObject({ status: 200, result: { kitNo, entityId: ENTITY } })
    expect(await read(kitNo, 'E-2')).toMatchObject({ status: 400, code: 'MCC007' })
    expect(await read('UNKNOWN1')).toMatchObject({ code: 'MCC007' })
    expect(await read(plain)).toMatchObject({ code: 'product.level.disable' })
    await arrive(kitIssuedEvent.example, kitNo, 'NCMC')
    bank.change(kitNo, { cardStatus: 'BLOCKED' })
    bank.isKitAway = true
    try {
      expect((await read(kitNo)).status).toBe(200)
      expect(await read(kitNo, 'E-2')).toMatchObject({ code: 'MCC007' })
      await expect(read(bank.issue())).rejects.toThrow('the kit context is away')
    } finally {
      bank.isKitAway = false
    }
  },
)

test.each(['fetchWalletAuthntTransactions', 'fetchWalletLedgerTransactions'])('%s refuses days that make no range', async (name) => {
  const kitNo = bank.issue()
  const read = (days: object) => bank.run(name, { kitNo, entityId: ENTITY, walletType: 'NCMC', ...days })
  expect((await read({ startDate: '01-10-2024', endDate: '11-10-2024', isSuccessTransaction: true })).status).toBe(200)
  for (const days of [
    { startDate: '31-02-2024' },
    { startDate: '2024-10-01' },
    { startDate: '02-01-2024', endDate: '01-01-2024' },
    { startDate: '01-01-2024', endDate: '01-10-2024' },
  ])
    expect(await read(days)).toMatchObject({ status: 400, code: 'invalid.input.request' })
})

test('a purse is opened by the card’s event, once, and not for a card without a wallet', async () => {
  const [kitNo, converted, plain] = [bank.issue(), bank.issue(), bank.issue()]
  await arrive(kitIssuedEvent.example, kitNo, 'NCMC')
  await bank.load(kitNo, `opened-${kitNo}`, '5')
  await arrive(kitIssuedEvent.example, kitNo, 'NCMC')
  expect((await bank.purse(kitNo)).stagedPaise).toBe(500)
  await arrive(kitConvertedEvent.example, converted, 'NCMC')
  expect((await bank.purse(converted)).entityId).toBe(ENTITY)
  expect(await bank.statementsOf(() => arrive(kitIssuedEvent.example, plain, 'PLAIN'))).toEqual([])
})

test('a product that is not defined is a fault, so that the event is set aside and can be driven again', () => {
  const payload = { ...kitIssuedEvent.example, productId: 'GOLD' }
  expect(() => ownerOfWallet({ subject: '1', payload }, definition)).toThrow('product GOLD of kit 1 is not defined')
  expect(ownerOfWallet({ subject: '1', payload: { ...payload, type: 'KitLocked' } }, definition)).toBeNull()
})
