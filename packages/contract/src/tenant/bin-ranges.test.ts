// Card numbers belong to one bank: which BINs get in each other's way.
import { expect, test } from '@jest/globals'
import { type BinsOfTenant, binOverlapFaults, gainedBins, readableBins, sharedBins } from './bin-ranges.ts'

type Bin = BinsOfTenant['bins'][number]
const bin = (digits: string, more: Partial<Bin> = {}): Bin => ({ bin: digits, network: 'RUPAY', panLength: 16, ...more })
const bank = (tenant: string, ...bins: Bin[]): BinsOfTenant => ({ tenant, bins })
const faults = (mine: Bin, theirs: Bin): string[] => binOverlapFaults([mine], [bank('OTHER_BANK', theirs)])

const half = (start: number): Partial<Bin> => ({
  numbered: { start, size: 400_000_000 },
  files: { start: start + 400_000_000, size: 100_000_000 },
})

test.each([
  ['the same BIN', bin('608039'), bin('608039')],
  ['a BIN of eight digits within one of six', bin('60803912'), bin('608039')],
  ['a BIN of six digits around one of eight', bin('608039'), bin('60803912')],
  ['a BIN of longer card numbers', bin('60803912', { panLength: 19 }), bin('608039')],
  ['a range that runs into the other', bin('608039', half(0)), bin('608039', half(499_999_999))],
  ['numbers that the other keeps for files', bin('60803999'), bin('608039', { numbered: { start: 0, size: 10 } })],
])('%s gets in the way', (_what, mine, theirs) => {
  expect(faults(mine, theirs)).toEqual([`BIN ${mine.bin}: numbers of it are those of BIN ${theirs.bin} of OTHER_BANK`])
})

test.each([
  ['another BIN', bin('608038'), bin('608039')],
  ['a BIN of eight digits beside one of six', bin('60803812'), bin('608039')],
  ['the other half of a BIN', bin('608039', half(0)), bin('608039', half(500_000_000))],
  ['a BIN of eight digits in what the other leaves', bin('60803999'), bin('608039', { ...half(0) })],
])('%s does not', (_what, mine, theirs) => {
  expect(faults(mine, theirs)).toEqual([])
})

test('what a bank gains is a BIN, or numbers of one, that it did not have', () => {
  const stored = bank('ACME_BANK', bin('608039'), bin('608040', half(0)))
  const gained = (...bins: Bin[]) => gainedBins(stored, bank('ACME_BANK', ...bins)).map((each) => each.bin)
  expect(gainedBins(null, stored)).toHaveLength(2)
  expect(gained(...stored.bins)).toEqual([])
  expect(gained(bin('608039', half(0)))).toEqual([])
  expect(gained(bin('608039'), bin('608041'))).toEqual(['608041'])
  expect(gained(bin('608040'))).toEqual(['608040'])
})

test('banks that share numbers already are told of, each pair once', () => {
  const banks = [bank('A_BANK', bin('608039')), bank('B_BANK', bin('60803912')), bank('C_BANK', bin('608041'))]
  expect(sharedBins(banks)).toEqual(['A_BANK: BIN 608039: numbers of it are those of BIN 60803912 of B_BANK'])
})

test('of a damaged definition no BINs are read, and it holds up nobody', () => {
  const stored = bank('ACME_BANK', bin('608039'))
  expect(readableBins(stored as never)).toEqual([stored])
  for (const damaged of [undefined, {}, { tenant: 'A_BANK' }, { tenant: 'A_BANK', bins: [{ bin: 'x', network: 'RUPAY' }] }])
    expect(readableBins(damaged as never)).toEqual([])
})
