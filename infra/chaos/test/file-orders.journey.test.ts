// Files of pre-generated kits through the gateway, sealed: uploaded, ordered, made and stocked,
// with the kit process killed in between; wrong ones refused, and too large ones.
import { demoBranch, demoFileKits, fileProduct } from '@dcms/ops'
import { type Dcms, DcmsError, type NewFileKit } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, startTestBank, type TestBank } from '../src/index.ts'

const BRANCH = 'BR-FILES'
const MIB = 1024 * 1024
const KITS = 2_300

let bank: TestBank
let dcms: Dcms
beforeAll(async () => {
  bank = await startTestBank()
  ;({ dcms } = bank)
  await dcms.createBranch(demoBranch(BRANCH))
}, 150_000)
afterAll(() => bank.stop())

async function control(path: string, body: object): Promise<void> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/ACME_BANK${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}`)
}
const refusal = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof DcmsError)) throw new Error('the call was not refused', { cause: error })
  return { code: error.errorCode, status: error.status, fieldError: error.fieldError }
}
const upload = (fileName: string, kits: readonly NewFileKit[], client = dcms) =>
  client.uploadCardOrderFile({ fileName, content: client.orderFile({ orderRef: 'REF' }, kits) })

test('the kits of a file are ordered, made and stocked as the file has them, the kit process killed meanwhile', async () => {
  const kits = demoFileKits(BRANCH, KITS)
  const { fileName } = await upload('journey.txt', kits)
  expect(fileName).toBe('journey.txt')
  const orderId = 'FILE-JOURNEY'
  const order = { orderId, branchInfo: { branchId: BRANCH }, fileName, products: [{ ...fileProduct, quantity: KITS }] }
  expect(await refusal(dcms.createCardOrderWithFile({ ...order, products: [{ ...fileProduct, quantity: 1 }] }))).toMatchObject({
    code: 'ORD008',
  })
  expect(await dcms.createCardOrderWithFile(order)).toBe('success')
  expect(await refusal(dcms.createCardOrderWithFile({ ...order, orderId: 'ANOTHER' }))).toMatchObject({ code: 'ORD007', status: 400 })
  await eventually(async () => {
    await dcms.processCardOrder({ orderId }).catch(() => undefined) // the job may be faster
    expect((await dcms.fetchCardOrderStatus({ cardOrderId: orderId })).status).not.toBe('RECEIVED')
  })
  await control('/clock', { advance: 'PT31M' })
  await dcms.updateCardOrderStatus({ orderId })
  const kit = bank.installation.process('kit')
  await eventually(async () => {
    const { stocked } = await bank.installation.operator.orders.show('ACME_BANK', orderId)
    expect(stocked).toBeGreaterThan(0)
  })
  await kit.kill()
  await kit.restart()
  await eventually(async () => expect((await dcms.fetchCardOrderStatus({ cardOrderId: orderId })).status).toBe('SUCCESS'))
  const { result, pagination } = await dcms.fetchKitSummary({ branchId: BRANCH, cardOrderId: orderId, pageNo: 0, pageSize: 100 })
  expect(pagination.totalElements).toBe(KITS)
  const byNo = new Map(kits.map((each) => [each.kitNo, each]))
  for (const { kitNo, cardNumber, parentKitNo, expDate } of result) {
    const brought = byNo.get(kitNo)
    expect(cardNumber.slice(-4)).toBe(brought?.cardNumber.slice(-4))
    expect({ parentKitNo, expDate }).toEqual({ parentKitNo: brought?.parentKitNo, expDate: '2035-11-30' })
  }
  expect(await refusal(upload('again.txt', kits))).toMatchObject({
    code: 'ORD002',
    fieldError: expect.arrayContaining(['line 2: kitNo is taken']),
  })
}, 120_000)

test('a file of a text or of bytes is taken like a stream, sealed message by message too', async () => {
  const oneShot = bank.connect({ mode: 'one-shot' })
  const pieces: Uint8Array[] = []
  for await (const piece of oneShot.orderFile({ orderRef: 'REF' }, demoFileKits(BRANCH, 3))) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  const requestId = 'upload-twice'
  for (const content of [bytes, bytes.toString()])
    expect(await oneShot.uploadCardOrderFile({ fileName: 'bytes.txt', content }, { requestId })).toEqual({
      fileName: 'bytes.txt',
      status: 'success',
    })
  expect(await refusal(oneShot.uploadCardOrderFile({ fileName: 'bytes.txt', content: bytes }))).toMatchObject({
    code: 'ORD002',
    fieldError: ['the content was uploaded before, as bytes.txt'],
  })
})

test('a wrong file is refused by its lines', async () => {
  const kits = demoFileKits(BRANCH, 3)
  const wrong = kits.map((kit, at) =>
    at === 1 ? { ...kit, cardNumber: `${kit.cardNumber.slice(0, -1)}${(Number(kit.cardNumber.slice(-1)) + 1) % 10}` } : kit,
  )
  expect(await refusal(upload('wrong.txt', wrong))).toEqual({
    code: 'ORD002',
    status: 400,
    fieldError: ['line 3: the card number cannot be opened under the field key, or fails its check digit'],
  })
  expect(await refusal(dcms.uploadCardOrderFile({ fileName: 'random.txt', content: Buffer.alloc(200_000, '\0\r\n|') }))).toMatchObject({
    code: 'ORD002',
  })
})

test('33 MB are refused', async () => {
  async function* tooMuch(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < 33 * MIB; sent += MIB) yield Buffer.alloc(MIB, 'x')
  }
  expect(await refusal(dcms.uploadCardOrderFile({ fileName: 'large.txt', content: tooMuch() }))).toMatchObject({
    code: 'request.too.large',
    status: 413,
  })
}, 60_000)
