// The rule that closes an issuing command.
import { customerRegisteredEvent, validatorOf } from '@dcms/contract'
import { unchanged } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { account, customer } from '../test/customers.ts'
import { decideSettlement } from './issue-cards.ts'

const now = new Date('2026-11-20T10:00:00Z')
const startedAt = new Date('2026-11-20T09:59:00Z')
const issuing = (commandId: string, attempt = 1, started = startedAt) => ({ commandId, startedAt: started, kits: [], attempt })
const answered = { isAnswered: true }
const settled = (commandId: string, attempt = 1) => ({ ...issuing(commandId, attempt), kitNos: ['4240171642'] })

test('a customer that was being registered becomes one and is announced with all accounts', () => {
  const pending = customer({
    status: 'PENDING',
    issuing: [issuing('register-1')],
    issuingAt: startedAt,
    accountInfo: [account('1', { defaultAccount: true, isPrimary: true }), account('2')],
  })
  const decision = decideSettlement(pending, settled('register-1'), answered, now)
  expect(decision).toEqual({
    kind: 'changed',
    set: { status: 'ACTIVE', issuing: [], issued: [{ commandId: 'register-1', reservation: 'register-1', kitNos: ['4240171642'] }] },
    unset: ['issuingAt', 'issuingStuckAt'],
    events: [
      {
        type: 'CustomerRegistered',
        entityId: '675676',
        accounts: [
          { accountNo: '1', schemeCode: '2003', defaultAccount: true, isPrimary: true },
          { accountNo: '2', schemeCode: '2003', defaultAccount: false, isPrimary: false },
        ],
        registeredAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  })
  if (decision.kind === 'changed') expect(validatorOf(customerRegisteredEvent.schema)(structuredClone(decision.events[0])).valid).toBe(true)
})

test('a customer that exists is not announced again by a further card', () => {
  expect(decideSettlement(customer({ issuing: [issuing('card-1')] }), settled('card-1'), answered, now)).toMatchObject({
    set: { status: 'ACTIVE' },
    events: [],
  })
})

test('commands that are not finished stay, and the oldest of them is what the sweep sees', () => {
  const later = new Date('2026-11-20T09:59:30Z')
  const both = customer({ issuing: [issuing('card-1'), issuing('card-2', 1, later)], issuingAt: startedAt })
  expect(decideSettlement(both, settled('card-1'), answered, now)).toMatchObject({
    set: { issuing: [{ commandId: 'card-2' }], issuingAt: later },
    unset: ['issuingStuckAt'],
  })
})

test('a command that is closed already is left alone', () => {
  expect(decideSettlement(customer(), settled('card-1'), answered, now)).toEqual(unchanged)
})

test('a command that had to reserve again remembers the reservation that held', () => {
  expect(decideSettlement(customer({ issuing: [issuing('card-1', 3)] }), settled('card-1', 3), answered, now)).toMatchObject({
    set: { issued: [{ commandId: 'card-1', reservation: 'card-1/3' }] },
  })
})

test('the last twenty commands are remembered for repeats', () => {
  const issued = Array.from({ length: 20 }, (_, position) => ({ commandId: `c${position}`, reservation: `c${position}`, kitNos: [] }))
  const decision = decideSettlement(customer({ issued, issuing: [issuing('new')] }), settled('new'), answered, now)
  if (decision.kind !== 'changed') throw new Error('nothing changed')
  expect(decision.set.issued?.map(({ commandId }) => commandId)).toEqual([...issued.slice(1).map(({ commandId }) => commandId), 'new'])
})
