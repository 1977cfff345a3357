// The rule by which operators' verification finds what is wrong with a kit's ledger entries.
import { expect, test } from '@jest/globals'
import type { StockEntry, StockEntryType } from './stock-kit.ts'
import { ledgerFaultOf } from './sum-stock.ts'

const entry = (type: StockEntryType, branchId = 'A'): StockEntry => ({ type, branchId, ref: 'r', at: new Date('2026-01-05T10:00:00Z') })
const received = entry('RECEIVED')

test.each([
  ['free where it was received', { kitStatus: 'UNALLOCATED', entries: [received] }],
  [
    'moved to its branch',
    { kitStatus: 'UNALLOCATED', entries: [entry('RECEIVED', 'B'), entry('TRANSFER_OUT', 'B'), entry('TRANSFER_IN')] },
  ],
  ['handed out', { kitStatus: 'ACTIVE', entries: [received, entry('ALLOCATED')] }],
  ['sent back', { kitStatus: 'UNALLOCATED', entries: [received, entry('RETURNED')] }],
  ['about to be withdrawn', { kitStatus: 'UNALLOCATED', entries: [received, entry('EXPIRED')] }],
] as const)('a kit that is %s is in order', (_what, kit) => {
  expect(ledgerFaultOf({ branchId: 'A', ...kit, entries: [...kit.entries] })).toBeNull()
})

test.each([
  ['it has no entries', { kitStatus: 'UNALLOCATED', entries: [] }],
  ['its entries come to 2 at A', { kitStatus: 'UNALLOCATED', entries: [received, received] }],
  ['its entries come to -1 at A', { kitStatus: 'ACTIVE', entries: [received, entry('ALLOCATED'), entry('EXPIRED')] }],
  ['its entries come to 1 at A, -1 at B', { kitStatus: 'UNALLOCATED', entries: [received, entry('TRANSFER_OUT', 'B')] }],
  ['its entries say B, it stands at A', { kitStatus: 'UNALLOCATED', entries: [entry('RECEIVED', 'B')] }],
  ['it is ASSIGNED, and its entries still count it at A', { kitStatus: 'ASSIGNED', entries: [received] }],
] as const)('a fault is told: %s', (fault, kit) => {
  expect(ledgerFaultOf({ branchId: 'A', ...kit, entries: [...kit.entries] })).toBe(fault)
})
