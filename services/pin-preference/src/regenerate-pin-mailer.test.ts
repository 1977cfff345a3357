// The rule of ordering a PIN on paper.
// Rule: docs/rules.md#pin-mailers.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import type { PinMailer } from './card.ts'
import { decideMailer, printsMailers } from './regenerate-pin-mailer.ts'

const now = new Date('2026-11-21T10:00:00Z')
const order = { entityId: 'req7', kitNo: '4561789', addressType: 'COMMUNICATION', homeCurrencyCode: '564' } as const
const mailer = (status: PinMailer['status']): PinMailer => ({
  mailerId: 'earlier',
  addressType: 'PERMANENT',
  homeCurrencyCode: '356',
  status,
  requestedAt: new Date(0),
})
const asked = { hasMailers: true, mailerId: 'new' }

test('paper goes with plastic, unless the product does without', () => {
  expect([printsMailers('PHYSICAL', {}), printsMailers('PHYSICAL', { pinMailer: true })]).toEqual([true, true])
  expect([
    printsMailers('PHYSICAL', { pinMailer: false }),
    printsMailers('VIRTUAL', {}),
    printsMailers('VIRTUAL', { pinMailer: true }),
  ]).toEqual([false, false, false])
})

test.each([undefined, 'PRODUCED', 'CLOSED'] as const)('an order waits to be printed; the earlier mailer: %s', (status) => {
  expect(decideMailer(status ? { pinMailer: mailer(status) } : {}, order, asked, now)).toEqual({
    kind: 'changed',
    set: { pinMailer: { mailerId: 'new', addressType: 'COMMUNICATION', homeCurrencyCode: '564', status: 'PENDING', requestedAt: now } },
    events: [{ type: 'PinMailerRequested', ...order, requestedAt: '2026-11-21T10:00:00.000Z' }],
  })
})

test('one mailer waits at a time, and none where none is printed', () => {
  expect(decideMailer({ pinMailer: mailer('PENDING') }, order, asked, now)).toEqual(refuse('PIN005'))
  expect(decideMailer({ pinMailer: mailer('PENDING') }, order, { ...asked, hasMailers: false }, now)).toEqual(refuse('PIN004'))
})
