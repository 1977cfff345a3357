// The rule of the stock ledger: whatever happens to a kit, its entries sum up to where it is.
// Rule: docs/rules.md#the-stock-ledger.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ENTRIES_MAX, standsIn, sumsOf, withEntries } from './ledger.ts'
import type { StockEntry, StockEntryType } from './stock-kit.ts'

const at = new Date('2026-01-05T10:00:00Z')
const entry = (type: StockEntryType, branchId: string, ref = 'r'): StockEntry => ({ type, branchId, ref, at })
const received = [entry('RECEIVED', 'A')]

test('a kit stands where it was received, and after a transfer at the other branch', () => {
  expect(standsIn(received)).toBe('A')
  expect(standsIn([...received, entry('TRANSFER_OUT', 'A'), entry('TRANSFER_IN', 'B')])).toBe('B')
})

test.each(['ALLOCATED', 'EXPIRED', 'RETURNED', 'DAMAGED'] as const)('a kit that is %s is in no stock', (type) => {
  expect(standsIn([...received, entry(type, 'A')])).toBeNull()
  expect([...sumsOf([...received, entry(type, 'A')])]).toEqual([])
})

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('transfer'), to: fc.constantFrom('A', 'B', 'C') }),
    fc.record({ kind: fc.constantFrom('sent back', 'handed out') }),
  ),
  { maxLength: 150 },
)

test('after any steps the entries sum up to the stock, and there are never more than may be', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      let where: string | null = 'A'
      let last = 'A'
      let entries: StockEntry[] = received
      let isOut = false
      for (const [number, step] of taken.entries()) {
        if (isOut) break
        const ref = `step-${number}`
        const more: StockEntry[] = []
        if (where === null) {
          more.push(entry('RECEIVED', last, ref))
          where = last
        } else if ('to' in step) {
          more.push(entry('TRANSFER_OUT', where, ref), entry('TRANSFER_IN', step.to, ref))
          where = step.to
          last = step.to
        } else {
          more.push(entry(step.kind === 'handed out' ? 'ALLOCATED' : 'RETURNED', where, ref))
          isOut = step.kind === 'handed out'
          where = null
        }
        entries = withEntries(entries, more)
        expect(standsIn(entries)).toBe(where)
        expect([...sumsOf(entries)]).toEqual(where === null ? [] : [[where, 1]])
        expect(entries.length).toBeLessThanOrEqual(ENTRIES_MAX)
        expect(entries.at(-1)?.ref).toBe(ref)
      }
    }),
  )
})

test('what is brought forward is one entry, and the newest sixteen stay as they were', () => {
  const long = Array.from({ length: 16 }, (_, number) => [entry('TRANSFER_OUT', 'A', `${number}`), entry('TRANSFER_IN', 'A', `${number}`)])
  const entries = withEntries(received, long.flat())
  expect(entries).toHaveLength(17)
  expect(entries[0]).toMatchObject({ type: 'BROUGHT_FORWARD', branchId: 'A' })
  expect(entries.slice(1)).toEqual(long.flat().slice(-16))
})
