// Files of pre-generated kits, right ones and wrong ones, read as streams.
import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { BroughtCard, CardFault, CheckedCard, FileCard, TenantDefinition } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cardOf, headerLine, inPieces, type KitLine, kitFile, kitLine, sha256, whole } from '../../test/kit-files.ts'
import { type FileChecks, type FileRead, readFile } from './file-reading.ts'

const MIB = 1024 * 1024
const BRANCH = 'BRANCH001'
const definition = {
  tenant: 'ACME_BANK',
  timeZone: 'Asia/Kolkata',
  bins: [{ bin: '608040' }, { bin: '817704' }],
  plastics: [{ plasticCode: '71' }],
  products: [
    { productId: '2003_PHYSICAL', bin: '608040', plasticCode: 'PCLAS' },
    { productId: '2003_VIRTUAL', bin: '608040' },
    { productId: 'OTHER', bin: '817704' },
    { productId: 'GONE', bin: '608040', retired: true },
  ],
} as unknown as TenantDefinition

interface Stored {
  product: number
  chunk: number
  cards: FileCard[]
}
function checks(change: Partial<FileChecks> = {}): FileChecks & { stored: Stored[] } {
  const stored: Stored[] = []
  return {
    definition,
    thisMonth: '2612',
    fileBytesMax: 32 * MIB,
    check: async (cards) => cards.map(({ encryptedCardNumber }): CheckedCard => ({ mark: encryptedCardNumber.slice(0, 16) })),
    isBranch: async (branchId) => branchId === BRANCH,
    store: async (product, chunk, cards) => void stored.push({ product, chunk, cards }),
    stored,
    ...change,
  }
}
const read = (bytes: Uint8Array, of = checks(), piece = 1_000) => readFile(inPieces(bytes, piece), of)

async function faultsOf(bytes: Uint8Array, of = checks(), piece?: number): Promise<readonly string[]> {
  const outcome = await read(bytes, of, piece)
  if ('products' in outcome) throw new Error('the file was found right')
  return outcome
}

test('a right file is known by the hash of its content and read to its last kit', async () => {
  const of = checks()
  const lines = [
    headerLine('TEST_ORDER'),
    kitLine(BRANCH, 1, { kitNo: 'K1', parentKitNo: 'P1', plasticCode: '71' }),
    kitLine(BRANCH, 2, { kitNo: 'K2', aliasName: '' }),
  ]
  expect(await read(whole(lines), of)).toEqual({
    _id: sha256(Buffer.from(`${lines.join('\n')}\n`)),
    orderRef: 'TEST_ORDER',
    branchId: BRANCH,
    products: [
      { productId: '2003_PHYSICAL', bin: '608040', plasticCode: '71', kits: 1 },
      { productId: '2003_PHYSICAL', bin: '608040', plasticCode: 'PCLAS', kits: 1 },
    ],
  })
  expect(of.stored).toEqual([
    {
      product: 0,
      chunk: 0,
      cards: [
        {
          kitNo: 'K1',
          parentKitNo: 'P1',
          encryptedCardNumber: expect.any(String),
          lastFour: '0853',
          expiry: '1239',
          aliasName: 'INSTA CARD',
        },
      ],
    },
    { product: 1, chunk: 0, cards: [{ kitNo: 'K2', encryptedCardNumber: expect.any(String), lastFour: '0853', expiry: '1239' }] },
  ])
})

test('lines may end with LF, with CRLF, or each as it likes, the last with nothing', async () => {
  const lines = [headerLine(), ...[1, 2, 3].map((seq) => kitLine(BRANCH, seq))]
  for (const end of [() => '\r\n', (at: number) => (at % 2 === 0 ? '\r\n' : '\n'), (at: number) => (at === lines.length ? '' : '\n')])
    expect(await read(whole(lines, end))).toHaveProperty('products')
})

test('the kits of each product go to the store a thousand at a time', async () => {
  const of = checks()
  const kits = Array.from({ length: 4_100 }, (_, at): KitLine => (at % 3 === 0 ? { productId: '2003_VIRTUAL' } : {}))
  const outcome = (await read(kitFile(BRANCH, kits), of, 60_000)) as FileRead
  expect(outcome.products.map(({ productId, kits: count }) => [productId, count])).toEqual([
    ['2003_VIRTUAL', 1_367],
    ['2003_PHYSICAL', 2_733],
  ])
  expect(of.stored.map(({ product, chunk, cards }) => [product, chunk, cards.length]).toSorted()).toEqual([
    [0, 0, 1_000],
    [0, 1, 367],
    [1, 0, 1_000],
    [1, 1, 1_000],
    [1, 2, 733],
  ])
  const kitNos = of.stored.flatMap(({ cards }) => cards.map(({ kitNo }) => kitNo))
  expect(new Set(kitNos).size).toBe(4_100)
})

test.each<[string, KitLine, string]>([
  ['a number out of turn', { seq: '7' }, 'seq must be 1'],
  ['no kit number', { kitNo: '' }, 'kitNo is required'],
  ['a kit number in small letters', { kitNo: 'abc' }, 'kitNo has a wrong format: A–Z and digits, at most 20'],
  ['a product that is not known', { productId: 'NOWHERE' }, 'productId is not known'],
  ['a product that is not ordered any more', { productId: 'GONE' }, 'productId is not known'],
  ['a BIN that is not known', { bin: '123456' }, 'bin is not known'],
  ['a BIN of another product', { bin: '817704' }, 'bin is not that of the product'],
  ['a plastic that is not known', { plasticCode: 'GOLD' }, 'plasticCode is not known'],
  [
    'a card number that is not encrypted',
    { card: '6080409000000000' },
    'encryptedCardNumber has a wrong format: Base64 of IV(16) ‖ ciphertext ‖ tag(16)',
  ],
  ['an expiry the wrong way round', { expiry: '3912' }, 'expiry has a wrong format: MMYY'],
  ['an expiry that is over', { expiry: '1126' }, 'expiry is over'],
  [
    'a line to emboss that holds a card number',
    { aliasName: 'A 6080409000000000' },
    "aliasName has a wrong format: A–Z, digits, blanks and . ' - / with at least one letter and no card number in it",
  ],
  ['a branch that is not known', { branchId: 'NOWHERE' }, 'branchId is not known'],
])('%s is told by its line', async (_what, line, reason) => {
  const of = checks()
  expect(await faultsOf(kitFile(BRANCH, [line]), of)).toContain(`line 2: ${reason}`)
  expect(of.stored).toEqual([])
})

test('a kit of this month is taken', async () => {
  expect(await read(kitFile(BRANCH, [{ expiry: '1226' }]))).toHaveProperty('products')
})

test('kit numbers, card numbers and branches are compared over the whole file', async () => {
  const card = cardOf()
  const kits = [{ kitNo: 'K1', card }, { kitNo: 'K2' }, { kitNo: 'K1' }, { card }, { branchId: 'BRANCH002' }]
  expect(await faultsOf(kitFile(BRANCH, kits))).toEqual([
    'line 4: kitNo stands in an earlier line',
    'line 5: the card number stands in an earlier line',
    'line 6: branchId is not that of the lines before: all kits of a file are for one branch',
  ])
})

test('a box has kits of one product', async () => {
  const kits = [
    { parentKitNo: 'BOX1' },
    { parentKitNo: 'BOX1', plasticCode: 'PCLAS' },
    { parentKitNo: 'BOX1', plasticCode: '71' },
    { parentKitNo: 'BOX2', productId: '2003_VIRTUAL' },
  ]
  expect(await faultsOf(kitFile(BRANCH, kits))).toEqual(['line 4: parentKitNo is that of kits of another product in an earlier line'])
})

test.each<[CardFault, string]>([
  ['KIT_NO_TAKEN', 'kitNo is taken'],
  ['CARD_NUMBER_UNREADABLE', 'the card number cannot be opened under the field key, or fails its check digit'],
  ['CARD_NUMBER_NOT_FOR_FILES', 'the card number is not in the part of the BIN that is kept for files'],
  ['LAST_FOUR_DIFFERS', 'the last four digits are not those of the card number'],
])('what the kit context finds is told by its line: %s', async (fault, words) => {
  const check = async (cards: readonly BroughtCard[]) =>
    cards.map(({ kitNo }): CheckedCard => (kitNo === 'BAD' ? { fault } : { mark: kitNo }))
  expect(await faultsOf(kitFile(BRANCH, [{}, { kitNo: 'BAD' }]), checks({ check }))).toEqual([`line 3: ${words}`])
})

const good = kitFile(BRANCH, 3)
const text = good.toString()
test.each<[string, string, string]>([
  ['nothing at all', '', 'line 1: the file is empty'],
  ['no header', text.slice(text.indexOf('\n') + 1), 'line 1: the file must begin with a header, H|PGK|1|tenant|fileDate|orderRef'],
  ['a header of another bank', text.replace('ACME_BANK', 'SANDBOX_BANK'), 'line 1: the file is not one of this tenant'],
  [
    'a day that the calendar does not have',
    text.replace('20260110', '20260231'),
    'line 1: fileDate must be a time of the calendar, yyyyMMddHHmmss',
  ],
  ['a second header', text.replace('\nD', `\n${headerLine()}\nD`), 'line 2: only the first line may be a header'],
  ['a line of another kind', text.replace('\nD', '\nX|1\nD'), 'line 2: the line must begin with D or T'],
  ['an empty line', text.replace('\nD', '\n\nD'), 'line 2: the line must begin with D or T'],
  ['a line with a field too many', text.replace('INSTA CARD', 'INSTA|CARD'), 'line 2: a line D must have 12 fields'],
  ['no trailer', text.slice(0, text.lastIndexOf('T|')), 'line 4: the file ends without a trailer'],
  [
    'a trailer that is none',
    text.replace(/T\|.*/, 'T|3'),
    'line 5: a trailer must be T|number of D lines|SHA-256 of all bytes before it, in hexadecimal',
  ],
  ['a count that is not that of the lines', text.replace('T|3|', 'T|4|'), 'line 5: the trailer counts 4 lines D, the file has 3'],
  ['one byte changed', text.replace('INSTA CARD', 'INSTA CARE'), 'line 5: the SHA-256 is not that of the bytes before this line'],
  ['other ends of lines than were hashed', text.replace('\n', '\r\n'), 'line 5: the SHA-256 is not that of the bytes before this line'],
  ['something behind the trailer', `${text}x`, 'line 6: nothing may follow the trailer'],
  ['a NUL', text.replace('INSTA CARD', 'INSTA\0CARD'), 'line 2: the line must be text in UTF-8 without control characters'],
  ['a CR within a line', text.replace('INSTA CARD', 'INSTA\rCARD'), 'line 2: the line must be text in UTF-8 without control characters'],
  ['a line without an end', `${text.slice(0, -1)}${'x'.repeat(2_000)}`, 'line 5: the line has more than 1024 bytes'],
])('a file with %s is refused', async (_what, content, fault) => {
  const of = checks()
  expect(await faultsOf(Buffer.from(content), of)).toContain(fault)
  expect(of.stored).toEqual([])
})

test('a file without kits is refused', async () => {
  expect(await faultsOf(whole([headerLine()]))).toEqual(['line 2: the file has no kits'])
})

test('bytes that are no UTF-8 are refused by their line', async () => {
  const bytes = Buffer.from(good)
  bytes.writeUInt8(0xff, text.indexOf('INSTA'))
  expect(await faultsOf(bytes)).toContain('line 2: the line must be text in UTF-8 without control characters')
})

test('a right file that is cut anywhere is refused, and tells no value', async () => {
  for (let end = 0; end < good.length - 1; end += 7) {
    const of = checks()
    const faults = await faultsOf(good.subarray(0, end), of, 64)
    expect(faults.length).toBeGreaterThan(0)
    for (const fault of faults) expect(fault).toMatch(/^line \d+: [^|]*/)
    expect(of.stored).toEqual([])
  }
})

test('the same faults are told, however the file is cut into pieces', async () => {
  const mark = good.indexOf('INSTA')
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.integer({ min: 1, max: 500 }), async (at, byte, piece) => {
      const bytes = Buffer.from(good)
      bytes.writeUInt8(byte, at === mark ? at + 1 : at)
      expect(await read(bytes, checks(), piece)).toEqual(await read(bytes, checks(), bytes.length))
    }),
  )
})

test('random bytes are refused, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
      const faults = await faultsOf(bytes)
      expect(faults.length).toBeLessThanOrEqual(100)
    }),
  )
})

test('the first hundred faults are told in the order of lines, and others are not looked for', async () => {
  let asked = 0
  const check = async (cards: readonly BroughtCard[]) => {
    asked++
    return cards.map((_, at): CheckedCard => (at % 2 === 0 ? { fault: 'KIT_NO_TAKEN' } : { mark: `M${asked}-${at}` }))
  }
  const kits = Array.from({ length: 2_000 }, (_, at): KitLine => (at % 10 === 9 ? { expiry: '0101' } : {}))
  const faults = await faultsOf(kitFile(BRANCH, kits), checks({ check }), 50_000)
  const lines = faults.map((fault) => Number(/^line (\d+)/.exec(fault)?.[1]))
  expect(lines).toHaveLength(100)
  expect(lines).toEqual(lines.toSorted((one, other) => one - other))
  expect(lines.at(-1)).toBeLessThan(200)
  expect(asked).toBe(1)
})

/** Pieces of random bytes with so many ends of lines. */
async function* randomLines(lines: number): AsyncGenerator<Uint8Array> {
  const piece = randomBytes(64 * 1024)
  for (let at = 0; at < piece.length; at += 32) piece.writeUInt8(0x0a, at)
  for (let sent = 0; sent < lines; sent += piece.length / 32) yield piece
}

test('a million lines of random bytes are read to their end and refused, without being held', async () => {
  const before = process.memoryUsage().rss
  const outcome = await readFile(randomLines(1_000_000), checks({ fileBytesMax: 64 * MIB }))
  expect(outcome).toHaveLength(100)
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB)
})

test('a file that is too large is refused as soon as it is, and read to its end', async () => {
  let sent = 0
  async function* tooMuch(): AsyncGenerator<Uint8Array> {
    for await (const piece of inPieces(kitFile(BRANCH, 100), 500)) {
      sent += piece.length
      yield piece
    }
  }
  const outcome = await readFile(tooMuch(), checks({ fileBytesMax: 5_000 }))
  expect(outcome).toEqual([expect.stringMatching(/^line 3\d: the file is too large$/)])
  expect(sent).toBeGreaterThan(10_000)
})

test('when others cannot be asked the stream is read to its end before that is said', async () => {
  let sent = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of inPieces(kitFile(BRANCH, 1_500), 20_000)) {
      await turn()
      sent += piece.length
      yield piece
    }
  }
  const check = () => Promise.reject(new Error('kit is away'))
  await expect(readFile(counted(), checks({ check }))).rejects.toThrow('kit is away')
  expect(sent).toBeGreaterThan(150_000)
})

test('a stream that breaks off is an error, not a file', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield good.subarray(0, 100)
    throw new Error('the connection broke')
  }
  await expect(readFile(broken(), checks())).rejects.toThrow('the connection broke')
})
