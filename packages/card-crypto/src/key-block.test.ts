// Key blocks against published examples, and what a block refuses.
import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hexOf, vectorsOf } from '../test/vectors.ts'
import { isWeakTdes, type KeyBlockHeader, keyCheckValue, tdesKeyCheckValue, unwrapKeyBlock, withOddParity, wrapKeyBlock } from './index.ts'

const refused = expect.objectContaining({ name: 'CardCryptoError', code: 'key.block.invalid' })
const kbpk = Buffer.alloc(32, 0x5a)
const header: KeyBlockHeader = { usage: 'P0', algorithm: 'A', mode: 'B', exportability: 'N' }

test.each(vectorsOf('key-blocks'))('$id unwraps', ({ inputs, expected }) => {
  const { header, key } = unwrapKeyBlock(hexOf(inputs.kbpk), String(inputs.keyBlock))
  const { usage, algorithm, mode, exportability } = header
  expect({ key: key.toString('hex').toUpperCase(), usage, algorithm, mode, exportability }).toEqual({
    key: expected.key,
    usage: expected.usage,
    algorithm: expected.algorithm,
    mode: expected.mode,
    exportability: expected.exportability,
  })
  if (expected.kcv) expect(algorithm === 'A' ? keyCheckValue(key) : tdesKeyCheckValue(key)).toBe(expected.kcv)
})

test.each(vectorsOf('key-blocks').filter(({ inputs }) => inputs.fill))('$id wraps to the same block', ({ inputs, expected }) => {
  const { header } = unwrapKeyBlock(hexOf(inputs.kbpk), String(inputs.keyBlock))
  expect(wrapKeyBlock(hexOf(inputs.kbpk), header, hexOf(String(expected.key)), hexOf(inputs.fill))).toBe(inputs.keyBlock)
})

const keys = fc.constantFrom(16, 24, 32).chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
const labels = fc.option(fc.stringMatching(/^[ -~]{0,251}$/), { nil: undefined })

test('every key comes back with its header and label, under a KBPK of any size', () => {
  fc.assert(
    fc.property(keys, keys, labels, (protection, key, label) => {
      const full: KeyBlockHeader = { ...header, keyVersion: 'c1', ...(label !== undefined && { label }) }
      const block = wrapKeyBlock(protection, full, key)
      expect([block.length % 16, Number(block.slice(1, 5))]).toEqual([0, block.length])
      expect(unwrapKeyBlock(protection, block)).toEqual({ header: full, key: Buffer.from(key) })
      expect(wrapKeyBlock(protection, full, key)).not.toBe(block)
    }),
  )
})

test('a block does not tell how long its key is', () => {
  const lengths = [16, 24, 32].map((size) => wrapKeyBlock(kbpk, header, randomBytes(size)).length)
  expect(new Set(lengths).size).toBe(1)
})

test('a block with any character altered, cut, or under another KBPK is refused', () => {
  const block = wrapKeyBlock(kbpk, { ...header, label: 'ACME_BANK/pin/1' }, randomBytes(32))
  for (let at = 0; at < block.length; at++) {
    const other = block[at] === '0' ? '1' : '0'
    expect(() => unwrapKeyBlock(kbpk, block.slice(0, at) + other + block.slice(at + 1))).toThrow(refused)
    expect(() => unwrapKeyBlock(kbpk, block.slice(0, at))).toThrow(refused)
  }
  expect(() => unwrapKeyBlock(randomBytes(32), block)).toThrow(refused)
  expect(() => unwrapKeyBlock(randomBytes(16), block)).toThrow(refused)
  expect(() => unwrapKeyBlock(randomBytes(15), block)).toThrow(expect.objectContaining({ code: 'key.invalid' }))
})

test.each([
  ['of version B', 'B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E'],
  ['without any key', 'D0048P0AE00E00000000000000000000'],
  ['with an optional block that runs over the end', `D0112P0AE00E0100KSFF${'0'.repeat(92)}`],
  ['with an optional block of no length', `D0112P0AE00E0100KS02${'0'.repeat(92)}`],
  ['with a count of optional blocks that are not there', `D0112P0AE00E9900${'0'.repeat(96)}`],
  ['that is empty', ''],
])('a text %s is refused', (_, text) => expect(() => unwrapKeyBlock(kbpk, text)).toThrow(refused))

test('nothing that comes as key block throws anything but the one error', () => {
  const anything = fc.oneof(fc.string(), fc.stringMatching(/^D01[0-9]{2}P0AE00E0[0-9]00(KS[0-9A-F]{2}){0,3}[0-9A-F]{96}$/))
  fc.assert(fc.property(anything, (text) => expect(() => unwrapKeyBlock(kbpk, text)).toThrow(refused)))
})

test('an optional block of the long form is read', () => {
  const label = 'x'.repeat(6)
  const short = wrapKeyBlock(kbpk, { ...header, label }, Buffer.alloc(16, 1))
  expect(unwrapKeyBlock(kbpk, short).header.label).toBe(label)
  const long = short.replace(`LB0A${label}`, `LB000210${label}`)
  expect(() => unwrapKeyBlock(kbpk, long)).toThrow(refused) // read, and refused by its MAC: the header is authenticated
})

test('TDES keys get odd parity and keep their check value; weak ones are known', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const adjusted = withOddParity(bytes)
      expect([...adjusted].every((byte) => [...byte.toString(2)].filter((bit) => bit === '1').length % 2 === 1)).toBe(true)
      expect(tdesKeyCheckValue(adjusted)).toBe(tdesKeyCheckValue(bytes))
    }),
  )
  expect(isWeakTdes(hexOf('0123456789ABCDEFFEDCBA9876543210'))).toBe(false)
  for (const weak of ['0123456789ABCDEF0123456789ABCDEE', '00000000000000000123456789ABCDEF', '0123456789ABCDEFFEFEFEFEFEFEFEFE']) {
    expect(isWeakTdes(hexOf(weak))).toBe(true)
  }
})
