// Files with the PINs of an order's cards in the real store: planned for two bank days later, the
// same PINs whatever dies when, and good from then on. Rule: docs/rules.md#pin-mailers.
import { randomBytes } from 'node:crypto'
import { decipherPinBlock4 } from '@dcms/card-crypto'
import { cardsForPinsEndpoint, type PersoFileDelivered, type VendorLayout, vendorFields } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { createLogger, type InternalClient, type JobRun, Scope, type Tenant } from '@dcms/service'
import { type CardVendor, makePgpKeyPair, openFile, ownPgpKey, type PgpKeyPair, type Row, readVendorFile } from '@dcms/vendor-files'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { chosenPinsOf, type PinMailerFile, pinMailerFilesOf, plannedFiles } from '../src/pin-mailer-file.ts'
import { planPinMailerFiles } from '../src/plan-pin-mailer-files.ts'
import { sendPinMailerFiles } from '../src/send-pin-mailer-files.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { physical, TestBank } from './test-bank.ts'

const mailerKey = randomBytes(32)
const plastic = { productId: physical.productId, cardType: 'PHYSICAL' } as const
const layout: VendorLayout = { format: 'JSON', fields: Object.keys(vendorFields.PIN_MAILER).map((field) => ({ field })) }
const SENT_AT = '2026-12-03T10:00:00.000Z'
const MONDAY = '2026-12-07T10:00:00.000Z'

let bank: TestBank
let printer: PgpKeyPair
let tenant: Tenant
let kept: Map<string, Buffer>
let orders = 0
/** Called when a chunk of a file comes. */
let onChunk: () => void

beforeAll(async () => {
  bank = await TestBank.start()
  printer = await makePgpKeyPair('Printer')
})
afterAll(() => bank.close())
beforeEach(() => {
  kept = new Map()
  onChunk = () => undefined
  const vendors = [{ vendor: 'PRINT', name: 'Printer', drop: 'print', publicKeys: [printer.publicKey], pinMailer: layout }]
  tenant = { ...bank.tenant, definition: { ...bank.tenant.definition, vendors } }
})

const drops = {
  has: async (_tenant: Tenant, _drop: string, name: string) => kept.has(name),
  async put(_tenant: Tenant, _drop: string, name: string, bytes: AsyncIterable<Uint8Array>) {
    const parts: Uint8Array[] = []
    for await (const chunk of bytes) {
      onChunk()
      parts.push(chunk)
    }
    kept.set(name, Buffer.concat(parts))
  },
} as unknown as CardVendor

/** The kit context as the job sees it: kits of the test bank, in stock. */
const kit: InternalClient = {
  call: async (endpoint, body, scope, options) => {
    if (endpoint.path !== cardsForPinsEndpoint.path) return await bank.kit.call(endpoint, body, scope, options)
    const { kitNos } = body as { kitNos: string[] }
    const cards = await Promise.all(
      kitNos
        .filter((kitNo) => bank.kits.has(kitNo))
        .map(async (kitNo) => {
          const asked = await bank.kit.call(
            { ...endpoint, path: '/internal/kit-for-pin' } as never,
            { kitNo, withCardNumber: true } as never,
            scope,
          )
          return { kitNo, ...((asked as { result: object }).result as object) }
        }),
    )
    return { kind: 'answer', result: { cards } as never }
  },
  close: async () => undefined,
}

const scopeOf = (commandId: string): Scope =>
  new Scope({
    tenant,
    commandId,
    now: new Date(),
    requestId: commandId,
    user: 'pin-preference',
    roles: [],
    relay: { nudge: () => undefined } as never,
    sources: { of: () => undefined } as never,
  })

async function run({ asOf = new Date(MONDAY), signal = new AbortController().signal } = {}): Promise<unknown> {
  let counts: unknown = {}
  await sendPinMailerFiles({ drops, hsm: bank.hsm, kit, logger: createLogger('test', 'fatal') }).run({
    tenant,
    asOf,
    checkpoint: undefined,
    counts: {},
    signal,
    scopeOf,
    note: async (_reached: unknown, counted: unknown) => {
      counts = counted
    },
    dueBy: async () => undefined,
  } as JobRun)
  return counts
}

interface Ordered {
  name: string
  kitNos: string[]
}
/** The cards of an order that a vendor has got. */
async function ordered(count: number, change: Partial<PersoFileDelivered> = {}): Promise<Ordered> {
  const kitNos = Array.from({ length: count }, () => bank.issue(plastic))
  const orderId = `ORD-${++orders}`
  const payload: PersoFileDelivered = {
    type: 'PersoFileDelivered',
    orderId,
    vendor: 'WEST',
    fileName: `perso-${orderId}-WEST`,
    rows: count,
    kits: [{ productId: physical.productId, firstKitNo: kitNos[0] ?? '', count, pinGeneration: true }],
    branchId: 'BRANCH001',
    address: '12 Lake Road~Second floor',
    pinCode: '700029',
    sentAt: SENT_AT,
    ...change,
  }
  const event = { type: payload.type, payload, subject: orderId, id: `event-${orderId}` } as never
  await planPinMailerFiles.react(scopeOf, event)
  await planPinMailerFiles.react(scopeOf, event)
  return { name: `pinmailer-${orderId}-WEST-PRINT`, kitNos }
}

async function printed(name: string): Promise<Row[]> {
  const sealed = kept.get(name) as Buffer
  const bankKey = (await ownPgpKey(tenant, bank.hsm, 'pin-preference')).publicKey
  const opened = await openFile(one(sealed), { decryptWith: printer.privateKey, signedBy: [bankKey] })
  const rows: Row[] = []
  for await (const batch of readVendorFile(layout, 'PIN_MAILER', opened.cleartext)) rows.push(...batch)
  await opened.verified()
  return rows
}
async function* one<Each>(each: Each): AsyncGenerator<Each> {
  yield each
}
const pinOf = ({ kitNo = '', pinBlock = '' }: Row): string =>
  usedSecret('pin', decipherPinBlock4(mailerKey, pinBlock, bank.kits.get(kitNo)?.cardNumber ?? ''))
const check = async (kitNo: string, pin: string) => (await bank.run(validatePinV2(bank), bank.body(kitNo, pin))).result
const file = async (name: string) => (await pinMailerFilesOf(bank.tenant).findById(name).lean<PinMailerFile>()) as PinMailerFile

test('a file is planned once, for two bank days later, where PINs were ordered and somebody prints them', async () => {
  const { name } = await ordered(2)
  expect(await file(name)).toMatchObject({ vendor: 'PRINT', dueAt: new Date(MONDAY) })
  const { kits, ...sent } = {
    type: 'PersoFileDelivered',
    orderId: 'O',
    vendor: 'W',
    fileName: 'f',
    rows: 1,
    sentAt: SENT_AT,
  } as PersoFileDelivered
  const without = [{ productId: physical.productId, firstKitNo: '1', count: 1 }]
  expect(plannedFiles({ ...sent, kits: without }, tenant.definition)).toEqual([])
  const withPins = without.map((each) => ({ ...each, pinGeneration: true }))
  expect(plannedFiles({ ...sent, kits: withPins }, { ...tenant.definition, vendors: [] })).toEqual([])
  await pinMailerFilesOf(bank.tenant).deleteMany({})
})

test('without a mailer key nothing is sent, and it is said why; not before its day either', async () => {
  const { name } = await ordered(2)
  expect(await run({ asOf: new Date(Date.parse(MONDAY) - 1) })).toEqual({})
  await expect(run()).rejects.toThrow('the bank has no mailer key')
  expect(kept.size).toBe(0)
  await bank.bringKey('mailer', mailerKey)
  await pinMailerFilesOf(bank.tenant).deleteOne({ _id: name })
})

test('the printed PINs are the cards’ from then on, and no PIN block stays here', async () => {
  const { name, kitNos } = await ordered(3)
  expect(await run()).toEqual({ files: 1, pins: 3, held: 0 })
  const rows = await printed(name)
  expect(rows.map(({ kitNo }) => kitNo)).toEqual(kitNos)
  expect(rows[0]).toMatchObject({
    maskedPan: bank.kits.get(kitNos[0] ?? '')?.maskedCardNumber,
    pinBlockFormat: '4',
    addr1: '12 Lake Road',
    zip: '700029',
  })
  for (const row of rows) expect(await check(row.kitNo ?? '', pinOf(row))).toBe(true)
  expect(await chosenPinsOf(bank.tenant).countDocuments({})).toBe(0)
  expect(await file(name)).toMatchObject({ sentAt: expect.any(Date), rows: 3 })
  expect(await file(name)).not.toHaveProperty('dueAt')
  expect(await run()).toEqual({})
})

test('a PIN that the holder has set meanwhile stays, and is not printed; nor is one for a card out of use', async () => {
  const { name, kitNos } = await ordered(3)
  expect((await bank.run(setPinV2(bank), bank.body(kitNos[0] ?? '', '4711'))).status).toBe(200)
  bank.kits.delete(kitNos[2] ?? '')
  await run()
  expect((await printed(name)).map(({ kitNo }) => kitNo)).toEqual([kitNos[1]])
  expect(await check(kitNos[0] ?? '', '4711')).toBe(true)
})

test('a run that died on the way is repeated with the PINs that were written down', async () => {
  const { name, kitNos } = await ordered(520)
  const dying = new AbortController()
  onChunk = () => dying.abort(new Error('the process is ending'))
  await expect(run({ signal: dying.signal })).rejects.toThrow('the process is ending')
  expect(kept.size).toBe(0)
  const [part] = await chosenPinsOf(bank.tenant).find({}).sort({ _id: 1 }).lean()
  expect(part?.settled).toHaveLength(500)
  onChunk = () => undefined
  await run()
  const rows = await printed(name)
  expect(rows.map(({ kitNo }) => kitNo)).toEqual(kitNos)
  expect(rows.slice(0, 500).map(({ pinBlock }) => pinBlock)).toEqual(part?.chosen.map(({ block }) => block))
  expect(await check(kitNos[519] ?? '', pinOf(rows[519] ?? {}))).toBe(true)
})
