import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import type { Keys } from './gateway-keys.ts'
import { SessionTickets, TICKET_LIFE_SECONDS } from './session-tickets.ts'

const NOW = 1_795_000_000_000
const ticketKeys = new Map([['20261120', createSecretKey(randomBytes(32))]])
const keys = {
  ticketKeyAt: () => ({ id: '20261120', key: ticketKeys.get('20261120') }),
  ticketKey: (id: string) => ticketKeys.get(id),
} as unknown as Keys
const z = randomBytes(32)

test('another gateway process opens the ticket and gets the same keys', () => {
  const ticket = new SessionTickets(keys).issue(z, 'ACME_BANK', 'u', NOW)
  const [one, two] = [new SessionTickets(keys), new SessionTickets(keys)].map((tickets) => tickets.open(ticket, 'ACME_BANK', 'u', NOW))
  expect(one?.keys.requestKey.keyObject.equals(two?.keys.requestKey.keyObject as never)).toBe(true)
  expect(one?.keys.requestKey.keyObject.equals(one?.keys.answerKey.keyObject)).toBe(false)
  expect(ticket).toMatch(/^20261120\.[A-Za-z0-9_-]{88}$/)
})

test('it is good for its user only, known or not', () => {
  const tickets = new SessionTickets(keys)
  const ticket = tickets.issue(z, 'ACME_BANK', 'u', NOW)
  for (const [tenant, user] of [
    ['ACME_BANK', 'v'],
    ['OTHER_BANK', 'u'],
    ['ACME_BANK/u', ''],
  ] as const) {
    expect(tickets.open(ticket, tenant, user, NOW)).toBeNull()
    expect(new SessionTickets(keys).open(ticket, tenant, user, NOW)).toBeNull()
  }
  expect(tickets.open(ticket, 'ACME_BANK', 'u', NOW)).not.toBeNull()
  expect(tickets.open(ticket, 'OTHER_BANK', 'u', NOW)).toBeNull()
})

test('it ends after its life, known or not', () => {
  const tickets = new SessionTickets(keys)
  const ticket = tickets.issue(z, 'ACME_BANK', 'u', NOW)
  const endMs = NOW + TICKET_LIFE_SECONDS * 1000
  expect(tickets.open(ticket, 'ACME_BANK', 'u', endMs - 1)).not.toBeNull()
  expect(tickets.open(ticket, 'ACME_BANK', 'u', endMs)).toBeNull()
  expect(new SessionTickets(keys).open(ticket, 'ACME_BANK', 'u', endMs)).toBeNull()
})

test('every altered ticket is refused', () => {
  const ticket = new SessionTickets(keys).issue(z, 'ACME_BANK', 'u', NOW)
  for (let position = 0; position < ticket.length; position++) {
    const altered = `${ticket.slice(0, position)}${ticket[position] === 'A' ? 'B' : 'A'}${ticket.slice(position + 1)}`
    expect(new SessionTickets(keys).open(altered, 'ACME_BANK', 'u', NOW)).toBeNull()
  }
})
