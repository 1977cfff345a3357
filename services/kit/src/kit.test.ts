// How long a card lives, and how callers see it.
import { fetchKitsByEntityIdEndpoint, type KitInfo, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { kit } from '../test/kits.ts'
import { expDateOf, expiryOf, type IssuedKit, isIssued, kitInfoOf } from './kit.ts'

test('a card ends with the month that lies its validity after the month of issue', () => {
  expect(expiryOf(new Date('2026-11-20T10:00:00Z'), 60, 'Asia/Kolkata')).toBe('3111')
  expect(expiryOf(new Date('2026-11-20T10:00:00Z'), 1, 'Asia/Kolkata')).toBe('2612')
  expect(expiryOf(new Date('2026-11-20T10:00:00Z'), 2, 'Asia/Kolkata')).toBe('2701')
  expect(expiryOf(new Date('2026-11-20T10:00:00Z'), 14, 'Asia/Kolkata')).toBe('2801')
})

test('the month of issue is the one on the bank’s own calendar', () => {
  const lastEvening = new Date('2026-10-31T18:29:59.999Z')
  const firstMidnight = new Date('2026-10-31T18:30:00Z')
  expect([lastEvening, firstMidnight].map((time) => expiryOf(time, 12, 'Asia/Kolkata'))).toEqual(['2710', '2711'])
  expect([lastEvening, firstMidnight].map((time) => expiryOf(time, 12, 'UTC'))).toEqual(['2710', '2710'])
  expect(expiryOf(new Date('2026-11-01T03:59:59Z'), 12, 'America/New_York')).toBe('2710')
  expect(expiryOf(new Date('2026-12-31T18:30:00Z'), 12, 'Asia/Kolkata')).toBe('2801')
})

test('the expiry is always the month of issue and its validity further, told in four digits', () => {
  const issued = fc.date({ noInvalidDate: true, min: new Date('2020-01-01'), max: new Date('2070-12-31') })
  fc.assert(
    fc.property(issued, fc.integer({ min: 1, max: 240 }), (issuedAt, validityMonths) => {
      const end = new Date(Date.UTC(issuedAt.getUTCFullYear(), issuedAt.getUTCMonth() + validityMonths, 1))
      const expiry = expiryOf(issuedAt, validityMonths, 'UTC')
      expect(expiry).toMatch(/^\d\d(0[1-9]|1[0-2])$/)
      expect(expiry).toBe(end.toISOString().slice(2, 7).replace('-', ''))
    }),
  )
})

test.each([
  ['2907', '2029-07-31T00:00:00.000+00:00'],
  ['2811', '2028-11-30T00:00:00.000+00:00'],
  ['2802', '2028-02-29T00:00:00.000+00:00'],
  ['2702', '2027-02-28T00:00:00.000+00:00'],
  ['2712', '2027-12-31T00:00:00.000+00:00'],
])('a card of %s is valid until %s', (expiry, expDate) => {
  expect(expDateOf(expiry)).toBe(expDate)
})

test('the last day is in the month the expiry names, and the next day is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
      const yymm = `${String(year).padStart(2, '0')}${String(month).padStart(2, '0')}`
      const last = new Date(expDateOf(yymm))
      expect([last.getUTCFullYear(), last.getUTCMonth() + 1]).toEqual([2000 + year, month])
      expect(new Date(last.getTime() + 24 * 3_600_000).getUTCDate()).toBe(1)
    }),
  )
})

const issued = (change: Parameters<typeof kit>[0] = {}): IssuedKit => {
  const each = kit(change)
  if (!isIssued(each)) throw new Error('this kit is not issued')
  return each
}
const asContract = (kitInfo: KitInfo) => validatorOf<KitInfo[]>(fetchKitsByEntityIdEndpoint.result)([structuredClone(kitInfo)])

test('a kit is shown as the contract says, and with nothing else', () => {
  const kitInfo = kitInfoOf(
    issued({ activatedAt: new Date('2026-11-20T10:00:00Z'), tierType: 'SILVER', aliasName: 'A RAO', plasticCode: 'P1' }),
  )
  expect(kitInfo).toEqual({
    kitNo: '4240171508',
    entityId: 'req7',
    accountNo: '8642135',
    bin: '608040',
    cardNumber: '608040XXXXXX6954',
    cardStatus: 'INACTIVE',
    cardType: 'VIRTUAL',
    cardCategory: 'DEBIT',
    networkType: 'RUPAY',
    productId: '2003_VIRTUAL',
    productName: 'Savings virtual',
    tierType: 'SILVER',
    aliasName: 'A RAO',
    plasticCode: 'P1',
    expDate: '2031-11-30T00:00:00.000+00:00',
    createdDate: '2026-11-20T09:00:00.000+00:00',
    changedDate: '2026-11-20T09:00:00.000+00:00',
    cardActivationDate: '2026-11-20T10:00:00.000+00:00',
  })
  expect(asContract(kitInfo)).toEqual({ valid: true, value: [kitInfo] })
})

test('what a kit does not have is left out', () => {
  const kitInfo = kitInfoOf(issued())
  for (const absent of ['tierType', 'aliasName', 'plasticCode', 'cardActivationDate', 'encryptedCardNumber'])
    expect(kitInfo).not.toHaveProperty(absent)
  expect(asContract(kitInfo)).toEqual({ valid: true, value: [kitInfo] })
})

test('a reserved kit and one without an owner do not exist for callers', () => {
  const { entityId: _nobody, ...unowned } = kit({ status: 'UNALLOCATED' })
  expect([kit({ status: 'RESERVED' }), unowned, kit({ status: 'CLOSED' })].map(isIssued)).toEqual([false, false, true])
})
