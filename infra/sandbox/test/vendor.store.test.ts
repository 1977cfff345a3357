// The vendor of the sandbox, as services call it: one file of a name, opened and checked, and
// signed files back by the bank's clock.
import { createHash, randomBytes } from 'node:crypto'
import type { VendorLayout } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import {
  httpVendor,
  makePgpKeyPair,
  openFile,
  type PgpKeyPair,
  type Row,
  readVendorFile,
  sealFile,
  writeVendorFile,
} from '@dcms/vendor-files'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type OwnSandbox, startOwnSandbox } from './own-sandbox.ts'

const DROP = 'perso-west'
const NAME = 'perso-ORD-1-WEST'
const perso: VendorLayout = { format: 'CSV', fields: [{ field: 'kitNo' }, { field: 'pan' }, { field: 'expiry' }] }
const returns: VendorLayout = { format: 'XML', fields: [{ field: 'kitNo' }, { field: 'status' }, { field: 'reason' }] }
const rows: Row[] = Array.from({ length: 1_200 }, (_, i) => ({ kitNo: String(4_240_000_001 + i), pan: '1'.repeat(16), expiry: '12/31' }))

let sandbox: OwnSandbox
let bank: PgpKeyPair
let tenant: Tenant
let vendorKey: string
let drops: ReturnType<typeof httpVendor>

beforeAll(async () => {
  sandbox = await startOwnSandbox()
  bank = await makePgpKeyPair('ACME_BANK kit')
})
afterAll(() => sandbox.stop())
beforeEach(async () => {
  tenant = { id: `V${randomBytes(4).toString('hex').toUpperCase()}` } as Tenant
  drops = httpVendor(`http://127.0.0.1:${sandbox.port()}/vendor`)
  const customer = { drop: DROP, bankKeys: [bank.publicKey], layouts: { PERSO: perso, RETURN: returns } }
  vendorKey = (await sandbox.control(tenant.id, 'POST', '/vendor/customers', customer)).body.publicKey
})
afterEach(() => drops.close())

async function* one<Each>(each: Each): AsyncGenerator<Each> {
  yield each
}
const sealed = (list = rows, signWith = bank.privateKey, name = NAME) =>
  sealFile(writeVendorFile(perso, { kind: 'PERSO', tenant: tenant.id, name, createdAt: '20261201120000' }, one(list)), {
    to: vendorKey,
    signWith,
  })
const kept = async () => (await sandbox.control(tenant.id, 'GET', '/vendor/files')).body.files
const advance = (by: string) => sandbox.control(tenant.id, 'POST', '/clock', { advance: by })

test('one file of a name is kept, the first, whatever comes after it', async () => {
  expect(await drops.has(tenant, DROP, NAME)).toBe(false)
  await drops.put(tenant, DROP, NAME, await sealed())
  await drops.put(tenant, DROP, NAME, await sealed(rows.slice(0, 3)))
  expect(await drops.has(tenant, DROP, NAME)).toBe(true)
  expect(await kept()).toEqual([expect.objectContaining({ name: NAME, kind: 'PERSO', rows: 1_200, puts: 2 })])
})

test('a file that breaks off is not kept, and the fault is the sender’s own', async () => {
  async function* broken(): AsyncGenerator<readonly Row[]> {
    yield rows
    throw new Error('the process is ending')
  }
  const head = { kind: 'PERSO', tenant: tenant.id, name: NAME, createdAt: '20261201120000' } as const
  const breaking = await sealFile(writeVendorFile(perso, head, broken()), { to: vendorKey, signWith: bank.privateKey })
  await expect(drops.put(tenant, DROP, NAME, breaking)).rejects.toThrow('the process is ending')
  expect(await drops.has(tenant, DROP, NAME)).toBe(false)
  await drops.put(tenant, DROP, NAME, await sealed())
  await advance('P2D')
  expect((await drops.offered(tenant, DROP, undefined)).files.map(({ name }) => name)).toEqual([`${NAME}.r001`])
})

test('a file of somebody else, under another name or for a drop that nothing was agreed on about is refused', async () => {
  const stranger = await makePgpKeyPair('Somebody')
  await expect(drops.put(tenant, DROP, NAME, await sealed(rows, stranger.privateKey))).rejects.toThrow('answered a file with 422')
  await expect(drops.put(tenant, DROP, 'perso-ORD-2-WEST', await sealed())).rejects.toThrow('answered a file with 422')
  await expect(drops.put(tenant, 'elsewhere', NAME, await sealed())).rejects.toThrow('answered a file with 403')
  expect(await kept()).toEqual([])
})

test('a day later a signed file tells what became of the cards; it is the same until it was dealt with', async () => {
  await sandbox.control(tenant.id, 'POST', '/vendor/rules', { rejectEvery: 100 })
  await drops.put(tenant, DROP, NAME, await sealed())
  expect(await drops.offered(tenant, DROP, undefined)).toEqual({ files: [], more: false })
  await advance('PT24H')
  const { files } = await drops.offered(tenant, DROP, undefined)
  const [{ name, sha256 } = { name: '', sha256: '' }] = files
  const bytes = (await drops.fetch(tenant, DROP, name)) as Buffer
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  expect(await drops.fetch(tenant, DROP, name)).toEqual(bytes)
  const opened = await openFile(one(bytes), { decryptWith: bank.privateKey, signedBy: [vendorKey] })
  const read: Row[] = []
  for await (const batch of readVendorFile(returns, 'RETURN', opened.cleartext)) read.push(...batch)
  await opened.verified()
  expect(read.map(({ kitNo }) => kitNo)).toEqual(rows.map(({ kitNo }) => kitNo))
  expect(read.filter(({ status }) => status === 'REJECTED')).toHaveLength(12)
  await drops.done(tenant, DROP, name)
  await drops.done(tenant, DROP, name)
  expect(await drops.offered(tenant, DROP, undefined)).toEqual({ files: [], more: false })
  expect(await drops.fetch(tenant, DROP, name)).toBeNull()
})
