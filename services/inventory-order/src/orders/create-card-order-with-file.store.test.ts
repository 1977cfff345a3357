// Ordering the kits of uploaded files: each file for one order, and only for one that fits it.
import type { CardOrderFileUploaded } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { branchOf, orderOf, product, storedOrder, toldOf } from '../../test/card-orders.ts'
import { indexesUsed } from '../../test/indexes-used.ts'
import { cardChecker, inPieces, type KitLine, kitFile } from '../../test/kit-files.ts'
import { nextNumber } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { fileChunksOf, fileNamesOf, findFile, type OrderFile, orderFilesOf } from '../files/order-file.ts'
import { clearOrderFiles, usedFiles } from './clear-order-files.ts'
import { ordersOf } from './order.ts'

const HOUR_MS = 3_600_000
/** The plastic of the product. */
const usual = 'PCLAS'
let bank: StockBank
let branch: string
beforeAll(async () => {
  bank = await StockBank.start()
  bank.parts = { kit: cardChecker() }
  branch = await branchOf(bank)
})
afterAll(() => bank.close())

async function uploaded(kits: number | readonly KitLine[] = 3, branchId = branch): Promise<string> {
  const content = inPieces(kitFile(branchId, kits))
  const { result, exception } = await bank.run('uploadCardOrderFile', { fileName: `kits-${nextNumber()}.txt`, content })
  if (exception) throw new Error(exception.fieldError.join('; '))
  return (result as CardOrderFileUploaded).fileName
}
const order = (fileName: string, change: object = {}) => orderOf(branch, { fileName, products: [{ ...product, quantity: 3 }], ...change })
const placed = (body: object) => bank.run('createCardOrderWithFile', body)
async function fileOf(fileName: string): Promise<OrderFile> {
  const file = await findFile(bank.tenant, fileName, new Date())
  if (!file) throw new Error(`there is no file ${fileName}`)
  return file
}
const chunksLeft = ({ uploadId }: OrderFile) =>
  fileChunksOf(bank.tenant).countDocuments({ _id: { $gt: `${uploadId}/`, $lt: `${uploadId}0` } })

test('an order of a file’s kits is stored, and the file is kept for it', async () => {
  const fileName = await uploaded()
  const body = order(fileName)
  expect(await placed(body)).toMatchObject({ status: 200, result: 'success', headers: { 'x-order-id': body.orderId } })
  expect(await storedOrder(bank, body.orderId)).toMatchObject({ status: 'RECEIVED', fileName, totalQuantity: 3 })
  expect(await toldOf(bank, body.orderId)).toEqual([expect.objectContaining({ type: 'OrderReceived', fileName, totalQuantity: 3 })])
  const file = await fileOf(fileName)
  expect(file).toMatchObject({ orderId: body.orderId, usedAt: expect.any(Date) })
  expect(file).not.toHaveProperty('expiresAt')
  expect(await fileNamesOf(bank.tenant).findById(fileName).lean()).not.toHaveProperty('expiresAt')
  expect(
    await fileChunksOf(bank.tenant)
      .findOne({ _id: `${file.uploadId}/0/0` })
      .lean(),
  ).not.toHaveProperty('expiresAt')
})

test('the same order again succeeds; another one finds the file used', async () => {
  const fileName = await uploaded()
  const body = order(fileName)
  for (let run = 0; run < 2; run++) expect(await placed(body)).toMatchObject({ status: 200 })
  expect(await placed(order(fileName))).toMatchObject({ status: 400, code: 'ORD007', exception: { fieldError: ['Invalid fileName'] } })
  expect(await placed({ ...body, pinCode: '600001' })).toMatchObject({ status: 409, code: 'ORD004' })
})

test('of many orders of one file at once one gets it', async () => {
  const fileName = await uploaded()
  const answers = await Promise.all(Array.from({ length: 6 }, () => placed(order(fileName))))
  expect(answers.map(({ code }) => code ?? 'success').toSorted()).toEqual([...Array<string>(5).fill('ORD007'), 'success'])
  const { orderId = '' } = await fileOf(fileName)
  expect(await ordersOf(bank.tenant).find({ fileName }).lean()).toMatchObject([{ _id: orderId }])
})

test('a file that was not uploaded, or whose time is over, is not found', async () => {
  expect(await placed(order('nowhere.txt'))).toMatchObject({ status: 400, code: 'ORD007' })
  const fileName = await uploaded()
  await orderFilesOf(bank.tenant).updateOne({ fileName }, { $set: { expiresAt: new Date(Date.now() - 1) } })
  expect(await placed(order(fileName))).toMatchObject({ status: 400, code: 'ORD007' })
})

test('an order without a file name is refused as an order', async () => {
  expect(await placed(orderOf(branch))).toMatchObject({ status: 400, code: 'ORD001', exception: { fieldError: ['fileName is required'] } })
})

test('where order and file differ, each difference is named, and the file stays free', async () => {
  const fileName = await uploaded([{}, {}, { plasticCode: '71' }, { productId: '2003_VIRTUAL' }])
  expect(await placed(order(fileName))).toMatchObject({
    status: 400,
    code: 'ORD008',
    exception: {
      fieldError: [
        `product 2003_PHYSICAL of BIN 608040, plastic ${usual}: the order has 3 kits, the file 2`,
        'product 2003_PHYSICAL of BIN 608040, plastic 71: the order has 0 kits, the file 1',
        'product 2003_VIRTUAL of BIN 608040: the order has 0 kits, the file 1',
      ],
    },
  })
  const products = [
    { ...product, quantity: 1 },
    { ...product, quantity: 1, plasticCode: usual },
    { ...product, quantity: 1, plasticCode: '71' },
    { ...product, productId: '2003_VIRTUAL', quantity: 1 },
  ]
  expect(await placed(order(fileName, { products }))).toMatchObject({ status: 200 })
})

test('the kits of a file are for one branch, and a branch’s user knows no other’s file', async () => {
  const other = await branchOf(bank)
  const fileName = await uploaded(3, other)
  expect(await placed(order(fileName))).toMatchObject({
    code: 'ORD008',
    exception: { fieldError: ['the kits of the file are for another branch'] },
  })
  expect(await bank.run('createCardOrderWithFile', order(fileName), bank.ofBranch(branch))).toMatchObject({ code: 'ORD007' })
  const own = orderOf(other, { fileName, products: [{ ...product, quantity: 3 }] })
  expect(await bank.run('createCardOrderWithFile', own, bank.ofBranch(other))).toMatchObject({ status: 200 })
})

test('a file that was taken for an order which never came is free again a minute later', async () => {
  const fileName = await uploaded()
  const lost = { orderId: 'NEVER-CAME', usedAt: new Date() }
  await orderFilesOf(bank.tenant).updateOne({ fileName }, { $set: lost })
  expect(await placed(order(fileName))).toMatchObject({ code: 'ORD007' })
  expect(await placed(order(fileName, { orderId: 'NEVER-CAME' }))).toMatchObject({ status: 200 })
  const again = await uploaded()
  await orderFilesOf(bank.tenant).updateOne({ fileName: again }, { $set: { orderId: 'LOST', usedAt: new Date(Date.now() - 61_000) } })
  expect(await placed(order(again))).toMatchObject({ status: 200 })
})

test('the kit context gets the kits of an order’s file, by product, and always the same', async () => {
  const kits = [
    ...Array.from({ length: 1_001 }, (_, at) => ({ kitNo: `G${at}` })),
    { kitNo: 'GV', productId: '2003_VIRTUAL', aliasName: '' },
  ]
  const fileName = await uploaded(kits)
  const body = order(fileName, {
    products: [
      { ...product, quantity: 1_001 },
      { ...product, productId: '2003_VIRTUAL', quantity: 1 },
    ],
  })
  await placed(body)
  const { bin, productId } = product
  const cards = async (change: object) => {
    const asked = { orderId: body.orderId, productId, bin, plasticCode: usual, chunk: 0, ...change }
    const { result, code } = await bank.run('cardsOfFile', asked, { roles: [] })
    return code ?? (result as { cards: { kitNo: string }[] }).cards.map(({ kitNo }) => kitNo)
  }
  expect(await cards({})).toEqual(Array.from({ length: 1_000 }, (_, at) => `G${at}`))
  expect(await cards({ chunk: 1 })).toEqual(['G1000'])
  expect(await cards({ chunk: 2 })).toBe('ORD007')
  expect(await cards({ productId: '2003_VIRTUAL', plasticCode: undefined })).toEqual(['GV'])
  expect(await cards({ plasticCode: '71' })).toBe('ORD007')
  const numbered = orderOf(branch, { products: [{ ...product, quantity: 3 }] })
  await bank.run('createCardOrderWithFile', { ...numbered, fileName: await uploaded() })
  expect(await cards({ orderId: 'NOWHERE' })).toBe('ORD007')
})

test('the kits of a file are removed when its order has ended; the content is not taken again', async () => {
  const [content, fileName] = [kitFile(branch), `kits-${nextNumber()}.txt`]
  await bank.run('uploadCardOrderFile', { fileName, content: inPieces(content) })
  const body = order(fileName)
  await placed(body)
  const file = await fileOf(fileName)
  await bank.job(clearOrderFiles, new Date())
  expect(await chunksLeft(file)).toBe(1)
  await bank.run('cancelCardOrder', { orderId: body.orderId, branchId: branch })
  expect(await bank.job(clearOrderFiles, new Date())).toMatchObject({ cleared: expect.any(Number) })
  expect(await chunksLeft(file)).toBe(0)
  expect(await fileOf(fileName)).not.toHaveProperty('usedAt')
  expect(await placed(order(fileName))).toMatchObject({ code: 'ORD007' })
  expect(await bank.run('uploadCardOrderFile', { fileName, content: inPieces(content) })).toMatchObject({ code: 'ORD002' })
})

test('a file whose order never came is given up by the job, name and all', async () => {
  const fileName = await uploaded()
  const file = await fileOf(fileName)
  await orderFilesOf(bank.tenant).updateOne({ fileName }, { $set: { orderId: 'LOST', usedAt: new Date() }, $unset: { expiresAt: 1 } })
  await bank.job(clearOrderFiles, new Date())
  expect(await chunksLeft(file)).toBe(1)
  expect(await bank.job(clearOrderFiles, new Date(Date.now() + HOUR_MS))).toMatchObject({ givenUp: 1 })
  expect(await orderFilesOf(bank.tenant).countDocuments({ fileName })).toBe(0)
  expect(await fileNamesOf(bank.tenant).countDocuments({ _id: fileName })).toBe(0)
  expect(await chunksLeft(file)).toBe(0)
})

test('the job goes through used files alone, by an index', async () => {
  await uploaded(1)
  const many = Array.from({ length: 2_000 }, (_, at) => ({ _id: `old-${at}`, fileName: `old-${at}.txt`, orderId: `old-${at}` }))
  await orderFilesOf(bank.tenant).collection.insertMany(many as never)
  expect(indexesUsed(await usedFiles(bank.tenant).explain())).toContain('usedAt_1__id_1')
})
