// The rules of a load: the limit, and each step once.
// Rule: docs/rules.md#the-wallet-maximum.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { walletFaults } from '../test/wallet-faults.ts'
import { decideBegin, decideFailed, decideStaged, decideUndoing } from './load.ts'
import { ENTRIES_WAITING_MAX, type Entry, newPurse, OPEN_LOADS_MAX, type OpenLoad, type Purse } from './purse.ts'

const now = new Date('2026-01-05T10:00:00Z')
const MAX_PAISE = 200_000
const load = (txnId: string, amountPaise: number): OpenLoad => ({
  txnId,
  transactionType: 'LOAD',
  amountPaise,
  accountNo: '1234567890',
  since: now,
})
const empty = newPurse('4240210463', '875826')
const after = (purse: Purse, decision: { kind: string; set?: Partial<Purse> }): Purse => ({ ...purse, ...decision.set })

test('loads fit up to the maximum and not a hundredth further', () => {
  fc.assert(
    fc.property(fc.nat({ max: MAX_PAISE }), fc.integer({ min: 1, max: MAX_PAISE }), (committedPaise, amountPaise) => {
      const decision = decideBegin({ ...empty, committedPaise }, load('T1', amountPaise), MAX_PAISE, now)
      const fits = committedPaise + amountPaise <= MAX_PAISE
      expect(decision).toMatchObject(fits ? { set: { openLoads: [{ txnId: 'T1' }] }, events: [] } : { events: [{ errorCode: 'TX0057' }] })
    }),
  )
})

test('an open or ended load is not begun again, and each step is taken once', () => {
  const open = after(empty, decideBegin(empty, load('T1', 100), MAX_PAISE, now))
  expect(decideBegin(open, load('T1', 100), MAX_PAISE, now)).toEqual({ kind: 'unchanged' })
  const staged = after(open, decideStaged(open, 'T1', now))
  for (const decision of [
    decideBegin(staged, load('T1', 100), MAX_PAISE, now),
    decideStaged(staged, 'T1', now),
    decideFailed(staged, 'T1', 'TX0051', now),
    decideUndoing(staged, 'T1'),
  ])
    expect(decision).toEqual({ kind: 'unchanged' })
})

test('a load that is being undone is not staged, and fails in the end', () => {
  const open = after(empty, decideBegin(empty, load('T1', 100), MAX_PAISE, now))
  const undone = after(open, decideUndoing(open, 'T1'))
  expect(decideStaged(undone, 'T1', now)).toEqual({ kind: 'unchanged' })
  expect(after(undone, decideFailed(undone, 'T1', 'service.timeout', now))).toMatchObject({
    openLoads: [],
    committedPaise: 0,
    stagedPaise: 0,
  })
})

test('what a purse may hold of loads and entries is bounded', () => {
  const openLoads = Array.from({ length: OPEN_LOADS_MAX }, (_, at) => load(`T${at}`, 1))
  const entries = Array.from({ length: ENTRIES_WAITING_MAX }, () => ({}) as Entry)
  for (const full of [
    { ...empty, openLoads },
    { ...empty, entries },
  ])
    expect(decideBegin(full, load('T-1', 1), MAX_PAISE, now)).toMatchObject({ kind: 'refused', code: 'service.unavailable' })
})

test('through any steps the balances are what the entries come to', () => {
  const step = fc.record({
    do: fc.constantFrom('begin', 'stage', 'fail', 'undo'),
    txnId: fc.constantFrom('T1', 'T2', 'T3', 'T4'),
    amountPaise: fc.integer({ min: 1, max: 120_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let purse = empty
      for (const { do: what, txnId, amountPaise } of steps) {
        if (what === 'begin') purse = after(purse, decideBegin(purse, load(txnId, amountPaise), MAX_PAISE, now))
        if (what === 'stage') purse = after(purse, decideStaged(purse, txnId, now))
        if (what === 'fail') purse = after(purse, decideFailed(purse, txnId, 'TX0051', now))
        if (what === 'undo') purse = after(purse, decideUndoing(purse, txnId))
        expect(walletFaults(purse, purse.entries, MAX_PAISE)).toEqual([])
      }
    }),
  )
})
