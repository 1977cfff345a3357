// Who is told that a card ends soon, once, and up to which month.
import { unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideNotice, lastDueMonth } from './notice-renewals.ts'

const asOf = new Date('2031-10-31T18:30:00Z')

test.each(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'] as const)('a card that is %s is told of, with what it is', (status) => {
  expect(decideNotice(kit({ status }), asOf)).toEqual({
    kind: 'changed',
    set: { renewalNoticedAt: asOf },
    events: [
      {
        type: 'KitRenewalDue',
        kitNo: KIT_NO,
        entityId: ENTITY,
        accountNo: '8642135',
        productId: '2003_VIRTUAL',
        cardType: 'VIRTUAL',
        cardStatus: status,
        expDate: '2031-11-30T00:00:00.000+00:00',
        noticedAt: '2031-10-31T18:30:00.000Z',
      },
    ],
  })
})

test.each(['RESERVED', 'UNALLOCATED', 'BLOCKED', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED'] as const)(
  'a card that is %s is not',
  (status) => {
    expect(decideNotice(kit({ status }), asOf)).toEqual(unchanged)
  },
)

test('nobody is told twice', () => {
  expect(decideNotice(kit({ status: 'ACTIVE', renewalNoticedAt: asOf }), asOf)).toEqual(unchanged)
})

test.each([
  ['2027-01-01T00:00:00Z', 30, '2701'], // 31 January is 30 days away
  ['2027-01-01T00:00:00Z', 29, '2612'],
  ['2028-02-01T00:00:00Z', 28, '2802'], // a leap day is the last
  ['2026-12-31T18:29:59Z', 0, '2612'], // the last second of the year in India
  ['2026-12-31T18:30:00Z', 0, '2612'], // the first of the next
  ['2026-12-31T18:30:00Z', 30, '2701'],
] as const)('%s, %d days ahead: up to %s', (instant, days, month) => {
  expect(lastDueMonth(new Date(instant), days, 'Asia/Kolkata')).toBe(month)
})
