// Uploading files of kits into the real store: a content once, a name once, a wrong file not at
// all.
import type { CardOrderFileUploaded } from '@dcms/contract'
import type { Call } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { branchOf } from '../../test/card-orders.ts'
import { type CardChecker, cardChecker, inPieces, kitFile } from '../../test/kit-files.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { fileChunksOf, fileNamesOf, findFile, type OrderFile, orderFilesOf } from './order-file.ts'

const DAY_MS = 86_400_000
const NAME = 'Insta_PGK_Format_With_check_File.txt'
let bank: StockBank
let branch: string
let kit: CardChecker
beforeAll(async () => {
  bank = await StockBank.start()
  branch = await branchOf(bank)
})
beforeEach(async () => {
  kit = cardChecker()
  bank.parts = { kit }
  bank.clock = () => new Date()
  for (const { collection } of collections()) await collection.deleteMany({})
})
afterAll(() => bank.close())

const collections = () => [orderFilesOf(bank.tenant), fileNamesOf(bank.tenant), fileChunksOf(bank.tenant)]
const upload = (bytes: Uint8Array, call: Partial<Call> = {}, fileName = NAME) =>
  bank.run('uploadCardOrderFile', { fileName, content: inPieces(bytes, 10_000) }, call)
const nameOf = async (bytes: Uint8Array, call?: Partial<Call>, fileName?: string): Promise<string> => {
  const { result, exception } = await upload(bytes, call, fileName)
  if (exception) throw new Error(exception.fieldError.join('; '))
  return (result as CardOrderFileUploaded).fileName
}
const countOf = async () => ({
  files: await orderFilesOf(bank.tenant).countDocuments({}),
  names: await fileNamesOf(bank.tenant).countDocuments({}),
  chunks: await fileChunksOf(bank.tenant).countDocuments({}),
})
const fileNamed = (fileName: string): Promise<OrderFile | null> => findFile(bank.tenant, fileName, new Date())

test('a right file is stored under its name, with its kits by product', async () => {
  const answered = await upload(kitFile(branch, [...Array<object>(1_200).fill({}), { productId: '2003_VIRTUAL' }], 'MY-REF'))
  expect(answered).toMatchObject({ status: 200, result: { fileName: NAME, status: 'success' } })
  expect(await fileNamed(NAME)).toMatchObject({
    orderRef: 'MY-REF',
    branchId: branch,
    products: [
      { productId: '2003_PHYSICAL', bin: '608040', plasticCode: 'PCLAS', kits: 1_200 },
      { productId: '2003_VIRTUAL', bin: '608040', kits: 1 },
    ],
  })
  expect(await countOf()).toEqual({ files: 1, names: 1, chunks: 3 })
  expect(kit.seen).toBe(1_201)
})

test('a wrong file is told line by line and leaves nothing, however much of it was right', async () => {
  kit.faults.set('BAD', 'CARD_NUMBER_TAKEN')
  const kits = [...Array<object>(2_100).fill({}), { kitNo: 'BAD' }, { expiry: '0120' }]
  expect(await upload(kitFile(branch, kits))).toMatchObject({
    status: 400,
    code: 'ORD002',
    exception: {
      reasonCode: 'invalid.input.request',
      fieldError: ['line 2102: the card number is taken', 'line 2103: expiry is over'],
    },
  })
  expect(await countOf()).toEqual({ files: 0, names: 0, chunks: 0 })
})

test('a name without .txt is refused before the file is read', async () => {
  expect(await upload(kitFile(branch), {}, 'kits.csv')).toMatchObject({
    status: 400,
    code: 'ORD002',
    exception: { fieldError: ['fileName has a wrong format: a name that ends in .txt, at most 100 letters, digits, blanks and . _ ( ) -'] },
  })
  expect(kit.asked).toBe(0)
})

test('the same content again is refused and leads to the first; with its key it is answered again', async () => {
  const bytes = kitFile(branch)
  const first = { idempotencyKey: 'first' }
  expect(await nameOf(bytes, first)).toBe(NAME)
  expect(await nameOf(bytes, first)).toBe(NAME)
  for (const call of [{}, { idempotencyKey: 'second' }])
    expect(await upload(bytes, call)).toMatchObject({
      status: 400,
      code: 'ORD002',
      exception: { fieldError: [`the content was uploaded before, as ${NAME}`] },
    })
  expect(await upload(bytes, {}, 'other.txt')).toMatchObject({ code: 'ORD002' })
  expect(await countOf()).toEqual({ files: 1, names: 1, chunks: 1 })
})

test('of many uploads of one content at once one counts', async () => {
  const bytes = kitFile(branch, 20)
  const answers = await Promise.all([1, 2, 3, 4].map((at) => upload(bytes, {}, at % 2 ? NAME : 'other.txt')))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400])
  expect(await countOf()).toEqual({ files: 1, names: 1, chunks: 1 })
  const stored = answers.find(({ status }) => status === 200)?.result as CardOrderFileUploaded | undefined
  expect(await fileNamed(stored?.fileName ?? '')).not.toBeNull()
})

test('another content of the same name is stored under a longer one, also of two at once', async () => {
  const files = [kitFile(branch), kitFile(branch), kitFile(branch)]
  const names = await Promise.all(files.map((bytes) => nameOf(bytes)))
  expect(new Set(names).size).toBe(3)
  expect(names.filter((name) => name === NAME)).toHaveLength(1)
  for (const name of names) expect(name).toMatch(/^Insta_PGK_Format_With_check_File(-[0-9a-f]{12})?\.txt$/)
  const longest = `${'n'.repeat(96)}.TXT`
  await nameOf(kitFile(branch), {}, longest)
  expect(await nameOf(kitFile(branch), {}, longest)).toMatch(/^n{83}-[0-9a-f]{12}\.TXT$/)
})

test('an answer of the kit context that is late does not end an upload; one that never comes does, and leaves nothing', async () => {
  kit.away = 2
  expect(await nameOf(kitFile(branch))).toBe(NAME)
  kit.away = 3
  await expect(upload(kitFile(branch, 1_200))).rejects.toThrow('kit did not answer')
  expect(await countOf()).toEqual({ files: 1, names: 1, chunks: 1 })
})

test('who works for a branch uploads its files alone', async () => {
  const other = await branchOf(bank)
  expect(await upload(kitFile(branch), bank.ofBranch(other))).toMatchObject({ status: 400, code: 'ORD002' })
  expect(await upload(kitFile(other), bank.ofBranch(other))).toMatchObject({ status: 200 })
})

test('a file that no order names ends after seven days, its kits not before it; card numbers stay as the bank encrypted them', async () => {
  bank.clock = () => new Date('2026-12-01T10:00:00Z')
  await nameOf(kitFile(branch, 1))
  const file = await orderFilesOf(bank.tenant).findOne({}).lean<OrderFile>()
  const name = await fileNamesOf(bank.tenant).findOne({}).lean()
  const chunk = await fileChunksOf(bank.tenant).findOne({}).lean()
  const ends = bank.clock().getTime() + 7 * DAY_MS
  expect(file?.expiresAt?.getTime()).toBe(ends)
  expect(name?.expiresAt?.getTime()).toBe(ends)
  expect(chunk?.expiresAt?.getTime()).toBe(ends + DAY_MS)
  expect(await findFile(bank.tenant, NAME, new Date(ends + 1))).toBeNull()
  expect(chunk?.cards).toEqual([
    {
      kitNo: expect.any(String),
      encryptedCardNumber: expect.stringMatching(/^[A-Za-z0-9+/]{64}$/),
      lastFour: '0853',
      expiry: '1239',
      aliasName: 'INSTA CARD',
    },
  ])
})

test('the store removes all of them by itself', async () => {
  await nameOf(kitFile(branch))
  for (const { collection } of collections())
    expect(await collection.indexes()).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }))
})
