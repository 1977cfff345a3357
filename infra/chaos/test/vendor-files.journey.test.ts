// Cards of an order through the whole installation: to the vendor in a file, their PINs to a
// printer in another one, and back into the stock what the vendor says of them.
import { join } from 'node:path'
import { processNames, type VendorFileKind, type VendorLayout, vendorFields } from '@dcms/contract'
import { demoBranch, readTenantFile } from '@dcms/ops'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, startTestBank, type TestBank } from '../src/index.ts'

const TENANT = 'ACME_BANK'
const BRANCH = 'BR-VENDOR'
const ORDER = 'VENDOR-1'
const CARDS = 12
const DROP = 'west'
const DAY_MS = 86_400_000

interface KeptFile {
  name: string
  kind: string
  rows: number
  puts: number
}

let bank: TestBank
beforeAll(async () => {
  bank = await startTestBank()
  const { operator } = bank.installation
  const keys = [await operator.vendorKey(TENANT, 'cards'), await operator.vendorKey(TENANT, 'pins')]
  const layouts = { PERSO: layoutOf('PERSO', 'FIXED'), PIN_MAILER: layoutOf('PIN_MAILER', 'CSV'), RETURN: layoutOf('RETURN', 'XML') }
  const agreed = { drop: DROP, bankKeys: keys.map(({ publicKey }) => publicKey), layouts }
  const { publicKey } = await control<{ publicKey: string }>('/vendor/customers', agreed)
  const file = join(import.meta.dirname, '../../tenants/acme-bank.json')
  const definition = await readTenantFile(file, bank.client.tenants.ACME_BANK.clientKeys)
  const { PERSO: perso, PIN_MAILER: pinMailer, RETURN: returns } = layouts
  const vendors = [{ vendor: 'WEST', name: 'Perso West', drop: DROP, publicKeys: [publicKey], perso, pinMailer, returns }]
  await operator.applyTenant({ ...definition, vendors }, { waitFor: processNames })
  await operator.keys.create('pin-preference', { tenant: TENANT, purpose: 'mailer' })
  await bank.dcms.createBranch(demoBranch(BRANCH))
}, 150_000)
afterAll(() => bank.stop())

function layoutOf(kind: VendorFileKind, format: VendorLayout['format']): VendorLayout {
  return { format, fields: Object.entries(vendorFields[kind]).map(([field, { max }]) => ({ field, width: max })) }
}

async function control<Result>(path: string, body?: object): Promise<Result> {
  const { url } = bank.installation.process('sandbox')
  const response = await fetch(`${url}/_control/${TENANT}${path}`, body && { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}`)
  return JSON.parse(await response.text())
}
const kept = async () => (await control<{ files: KeptFile[] }>('/vendor/files')).files

/** Runs a job as an operator does, to its end. */
async function runJob(job: string, asOf?: string): Promise<object> {
  const { jobs } = bank.installation.operator
  const run = await jobs.run(TENANT, job, asOf)
  const { counts, error } = await jobs.ended({ ...run, tenant: TENANT, job })
  if (error !== undefined) throw new Error(`${job}: ${error}`)
  return counts
}
const kits = async () =>
  (await bank.dcms.fetchKitDetailsFromInventory({ refType: 'DC_KIT', orderIds: [ORDER], pageSize: 50 })) as {
    deliveryStatus: string
    kitStatus: string
  }[]

test('the cards of an order go to the vendor once, and come into no event, log or file here in clear', async () => {
  await bank.dcms.createCardOrder({
    orderId: ORDER,
    branchInfo: { branchId: BRANCH },
    address: '123 Main Street~MG Road~~Bangalore~Karnataka',
    pinCode: '560001',
    processStartTime: '2199-01-01 00:00:00',
    products: [{ bin: '608040', productId: '2003_PHYSICAL', quantity: CARDS, pinGeneration: true }],
  })
  await bank.dcms.processCardOrder({ orderId: ORDER, force: true })
  await control('/clock', { advance: 'PT31M' })
  await bank.dcms.updateCardOrderStatus({ orderId: ORDER })
  await eventually(async () => expect((await bank.dcms.fetchCardOrderStatus({ cardOrderId: ORDER })).status).toBe('SUCCESS'))
  await runJob('send-perso-files')
  await runJob('send-perso-files')
  expect(await kept()).toMatchObject([{ name: `perso-${ORDER}-WEST`, kind: 'PERSO', rows: CARDS, puts: 1 }])
})

test('their PINs follow some bank days later, in a file of their own', async () => {
  await eventually(async () => {
    await runJob('send-pin-mailer-files', new Date(Date.now() + 7 * DAY_MS).toISOString())
    expect((await kept()).map(({ name, rows }) => [name, rows])).toEqual([
      [`perso-${ORDER}-WEST`, CARDS],
      [`pinmailer-${ORDER}-WEST-WEST`, CARDS],
    ])
  })
})

test('what the vendor says of the cards is in the stock: they are on their way', async () => {
  await control('/clock', { advance: 'P2D' })
  expect(await runJob('read-vendor-returns')).toEqual({ applied: 1, refused: 0, kits: CARDS })
  await eventually(async () => {
    const found = await kits()
    expect(found).toHaveLength(CARDS)
    expect(new Set(found.map(({ deliveryStatus }) => deliveryStatus))).toEqual(new Set(['IN_TRANSIT']))
  })
  expect(await runJob('read-vendor-returns')).toEqual({})
})
