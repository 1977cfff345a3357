// The ledger's rules: nothing comes from nowhere and nothing is lost.
// Rule: docs/rules.md#the-wallet-ledger.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { balancesOf, crDrOf, type FlowType, postingsOf } from './ledger.ts'

const types: readonly FlowType[] = [
  'LOAD',
  'AUTO_RELOAD',
  'LOAD_REVERSAL',
  'BALANCE_UPDATE',
  'OFFLINE_LOAD_CASH',
  'OFFLINE_LOAD_ACCOUNT',
  'OFFLINE_PURCHASE',
  'OFFLINE_REFUND',
]
const transactions = fc.array(fc.record({ type: fc.constantFrom(...types), amountPaise: fc.integer({ min: 1, max: 200_000 }) }))

test('the two sides of every transaction come to nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.integer({ min: 1, max: 200_000 }), (type, amountPaise) => {
      const paise = postingsOf(type, amountPaise).map((posting) => posting.paise)
      expect(paise.reduce((sum, each) => sum + each, 0)).toBe(0)
    }),
  )
})

test('whatever happens, all accounts together hold nothing: what a wallet has, somebody has paid', () => {
  fc.assert(
    fc.property(transactions, (all) => {
      const { FUNDING, STAGED, CHIP, ACQUIRER } = balancesOf(
        all.map(({ type, amountPaise }) => ({ postings: postingsOf(type, amountPaise) })),
      )
      expect(FUNDING + STAGED + CHIP + ACQUIRER).toBe(0)
    }),
  )
})

test.each<[FlowType, object]>([
  ['LOAD', { FUNDING: -100, STAGED: 100 }],
  ['AUTO_RELOAD', { FUNDING: -100, STAGED: 100 }],
  ['LOAD_REVERSAL', { FUNDING: 100, STAGED: -100 }],
  ['BALANCE_UPDATE', { STAGED: -100, CHIP: 100 }],
  ['OFFLINE_LOAD_CASH', { ACQUIRER: -100, CHIP: 100 }],
  ['OFFLINE_LOAD_ACCOUNT', { FUNDING: -100, CHIP: 100 }],
  ['OFFLINE_PURCHASE', { CHIP: -100, ACQUIRER: 100 }],
  ['OFFLINE_REFUND', { CHIP: 100, ACQUIRER: -100 }],
])('%s moves %p', (type, moved) => {
  expect(balancesOf([{ postings: postingsOf(type, 100) }])).toEqual({ FUNDING: 0, STAGED: 0, CHIP: 0, ACQUIRER: 0, ...moved })
})

test('what takes money out of the wallet is a debit, what brings it in or on to the chip a credit', () => {
  expect(types.filter((type) => crDrOf(type) === 'D')).toEqual(['LOAD_REVERSAL', 'OFFLINE_PURCHASE'])
})
