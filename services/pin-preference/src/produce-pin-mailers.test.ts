// What a batch makes of one ordered mailer: a new PIN in place of the present one, or a mailer that
// is closed; once.
import { unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import type { Card } from './card.ts'
import { decideProduction } from './produce-pin-mailers.ts'

const now = new Date('2026-11-20T10:00:00Z')
const ordered = new Date('2026-11-19T10:00:00Z')
const reference = { pvv: '1234' } as never
const pending = {
  mailerId: 'm1',
  addressType: 'PERMANENT',
  homeCurrencyCode: '356',
  status: 'PENDING',
  requestedAt: ordered,
} as unknown as NonNullable<Card['pinMailer']>
const line = { kitNo: '4240171508', entityId: 'req7', mailerId: 'm1' } as never
const lockedPin = { reference: {} as never, setAt: ordered, tries: 3, lockedAt: ordered } as unknown as NonNullable<Card['pin']>

test('the printed PIN replaces a locked one, with all its tries', () => {
  expect(decideProduction({ pin: lockedPin, pinMailer: pending }, { line, reference }, 'b1', now)).toEqual({
    kind: 'changed',
    set: {
      pin: { reference, setAt: now, tries: 0 },
      pinMailer: { ...pending, batchId: 'b1', settledAt: now, status: 'PRODUCED' },
    },
    events: [{ type: 'PinSet', kitNo: '4240171508', entityId: 'req7', firstPin: false, setAt: '2026-11-20T10:00:00.000Z' }],
  })
})

test('a card without a PIN gets its first', () => {
  expect(decideProduction({ pinMailer: pending }, { line, reference }, 'b1', now)).toMatchObject({ events: [{ firstPin: true }] })
})

test('the mailer of a card out of use is closed, and its PIN stays', () => {
  const closed = { kitNo: '4240171508', mailerId: 'm1', reason: 'card.blocked' } as const
  expect(decideProduction({ pin: lockedPin, pinMailer: pending }, { closed }, 'b1', now)).toEqual({
    kind: 'changed',
    set: { pinMailer: { ...pending, batchId: 'b1', settledAt: now, status: 'CLOSED' } },
    events: [],
  })
})

test.each([undefined, { ...pending, status: 'PRODUCED' }, { ...pending, status: 'CLOSED' }] as const)(
  'what is settled, or was never ordered, is left: %o',
  (pinMailer) => {
    const card = { pin: lockedPin, ...(pinMailer && { pinMailer: pinMailer as NonNullable<Card['pinMailer']> }) }
    expect(decideProduction(card, { line, reference }, 'b1', now)).toEqual(unchanged)
  },
)
