// What cardholders are told, and what they are not.
import { eventTypes } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { expect, test } from '@jest/globals'
import { isNotified, noticeOf } from './cardholder-notice.ts'

const about = { bank: 'Acme Bank', maskedCardNumber: '608040XXXXXX6954' }
const told = (type: string, payload: object = {}) => noticeOf(eventOf(type, payload), about)
const eventOf = (type: string, payload: object = {}): Pick<ReceivedEvent, 'type' | 'payload'> => ({
  type,
  payload: { type, entityId: '675676', ...payload },
})

test.each([
  ['KitActivated', {}, 'CARD_ACTIVATED', 'Your Acme Bank card ending 6954 is active now. If this was not you, call us at once.'],
  ['KitLocked', {}, 'CARD_LOCKED', 'Your Acme Bank card ending 6954 is locked for the time being. If this was not you, call us at once.'],
  ['KitUnlocked', {}, 'CARD_UNLOCKED', 'Your Acme Bank card ending 6954 can be used again. If this was not you, call us at once.'],
  ['KitBlocked', {}, 'CARD_BLOCKED', 'Your Acme Bank card ending 6954 is blocked for good. If this was not you, call us at once.'],
  ['KitExpired', { previousStatus: 'ACTIVE' }, 'CARD_EXPIRED', 'Your Acme Bank card ending 6954 has expired and cannot be used any more.'],
  [
    'KitRenewalDue',
    { expDate: '2029-07-31T00:00:00.000+00:00' },
    'CARD_RENEWAL_DUE',
    'Your Acme Bank card ending 6954 expires at the end of 07/2029. Ask us for a new one in time.',
  ],
  [
    'PinSet',
    { firstPin: true },
    'PIN_CHANGED',
    'The PIN of your Acme Bank card ending 6954 was set. If this was not you, call us at once.',
  ],
  [
    'PinSet',
    { firstPin: false },
    'PIN_CHANGED',
    'The PIN of your Acme Bank card ending 6954 was changed. If this was not you, call us at once.',
  ],
])('%s %j is told as %s', (type, payload, template, text) => {
  expect(isNotified(eventOf(type, payload))).toBe(true)
  expect(told(type, payload)).toMatchObject({ template, text })
})

test('every notified event of the contract has words for an SMS, without the first digits of the card, a kit number or a customer number', () => {
  const notified = eventTypes.filter(({ type, example }) => isNotified({ type, payload: { ...example } }))
  expect(notified.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'KitActivated',
      'KitLocked',
      'KitUnlocked',
      'KitBlocked',
      'KitHotlisted',
      'KitReplaced',
      'KitExpired',
      'PinSet',
      'PinLocked',
    ]),
  )
  for (const { type, example } of notified) {
    const notice = noticeOf({ type, payload: { ...example } }, about)
    expect(notice.text.length).toBeLessThan(160)
    for (const text of [notice.text, notice.subject]) expect(text.replace('6954', '')).not.toMatch(/(?<!\d)(?!20\d\d(?!\d))\d{3,}|XXX/)
  }
})

test.each([
  ['issuing', 'KitIssued', {}],
  ['a transaction', 'TransactionAuthorised', {}],
  ['a kit in stock that expires', 'KitExpired', { entityId: undefined, previousStatus: 'UNALLOCATED' }],
  ['a blocked card that expires', 'KitExpired', { previousStatus: 'BLOCKED' }],
  ['an event of a later release', 'KitPolished', {}],
  ['a type with the name of an object member', 'constructor', {}],
])('%s is not told', (_what, type, payload) => {
  expect(isNotified(eventOf(type, payload))).toBe(false)
})

test('a card whose number is not known here is told of without it', () => {
  expect(noticeOf(eventOf('KitBlocked'), { ...about, maskedCardNumber: undefined }).text).toMatch(/^Your Acme Bank card is blocked/)
})
