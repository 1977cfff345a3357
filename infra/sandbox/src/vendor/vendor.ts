// The card vendor as a partner: takes files into a drop, makes the cards by the tenant's clock, and
// offers signed files that tell what became of them.
import { createHash } from 'node:crypto'
import { type VendorLayout, validatorOf } from '@dcms/contract'
import { place } from '@dcms/service'
import { makePgpKeyPair, type PgpKeyPair, type Row, sealFile, VendorFileFault, writeVendorFile } from '@dcms/vendor-files'
import type { FromSchema } from 'json-schema-to-ts'
import type { Collection } from 'mongoose'
import { done, invalid, limitOf, type Partner, type PartnerAnswer, type PartnerCall, refused } from '../partner.ts'
import { idOf, type Store } from '../store.ts'
import { nowOf, type TenantStates } from '../tenant-state.ts'
import { type Customer, type ReceivedFile, receive } from './received-file.ts'

const HOUR_MS = 3_600_000
const LISTED_MAX = 100
const SHOWN_MAX = 1_000

interface Account extends PgpKeyPair {
  _id: string // tenant
  customers: Customer[]
}
interface KeptFile extends ReceivedFile {
  _id: string
  tenant: string
  drop: string
  name: string
  receivedAt: Date
  /** How often it came: only the first one is kept. */
  puts: number
}
/** What will be told of some of the kits of a file. */
interface Return {
  _id: string
  tenant: string
  drop: string
  name: string
  kitNos: readonly string[]
  offeredFrom: Date
  rejected: readonly string[]
  /** The same bytes each time they are fetched; made at the first. */
  sealed?: string
  sha256?: string
  doneAt?: Date
}

interface Books {
  accounts: Collection<Account>
  files: Collection<KeptFile>
  returns: Collection<Return>
  states: TenantStates
}

export function vendor(store: Store, states: TenantStates): Partner {
  const books: Books = {
    accounts: store.collection<Account>('vendorAccounts'),
    files: store.collection<KeptFile>('vendorFiles'),
    returns: store.collection<Return>('vendorReturns'),
    states,
  }
  return {
    name: 'vendor',
    routes: [
      { method: 'put', path: '/drops/:drop/in/:name', takesStream: true, handle: (call) => take(books, call) },
      { method: 'get', path: '/drops/:drop/in/:name', handle: (call) => tellKept(books, call) },
      { method: 'get', path: '/drops/:drop/out', handle: (call) => list(books, call) },
      { method: 'get', path: '/drops/:drop/out/:name', handle: (call) => fetchReturn(books, call) },
      { method: 'delete', path: '/drops/:drop/out/:name', handle: (call) => endReturn(books, call) },
    ],
    control: [
      { method: 'get', path: '/vendor/key', handle: async ({ tenant }) => done({ publicKey: (await accountOf(books, tenant)).publicKey }) },
      { method: 'post', path: '/vendor/customers', handle: (call) => setCustomer(books, call) },
      { method: 'get', path: '/vendor/rules', handle: async ({ rules }) => done(rulesOf(rules)) },
      { method: 'post', path: '/vendor/rules', handle: (call) => setRules(books, call) },
      { method: 'get', path: '/vendor/files', handle: (call) => show(books, call) },
    ],
    indexes: [
      { collection: 'vendorFiles', keys: { tenant: 1, receivedAt: 1 } },
      { collection: 'vendorReturns', keys: { tenant: 1, drop: 1, name: 1 } },
    ],
    async reset(tenant) {
      await books.files.deleteMany({ tenant })
      await books.returns.deleteMany({ tenant })
    },
  }
}

const rulesSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    returnAfterHours: { type: 'integer', minimum: 0, maximum: 8_760, default: 24 },
    rejectEvery: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
    badSignature: { type: 'boolean', default: false },
  },
} as const
type VendorRules = FromSchema<typeof rulesSchema>
const readRules = validatorOf<VendorRules>(rulesSchema)

function rulesOf(rules: unknown): VendorRules {
  const read = readRules(rules ?? {})
  if (!read.valid) throw new Error('the stored rules of the vendor cannot be read')
  return read.value
}

async function setRules({ states }: Books, { tenant, body }: PartnerCall): Promise<PartnerAnswer> {
  const rules = readRules(body)
  if (!rules.valid) return invalid(rules.fieldError)
  await states.set(tenant, { 'rules.vendor': rules.value })
  return done(rules.value)
}

/** What a vendor and a bank agree on: the drop, the layouts, the bank's keys. */
const customerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['drop', 'bankKeys', 'layouts'],
  properties: {
    drop: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,59}$' },
    bankKeys: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 20_000 } },
    layouts: {
      type: 'object',
      additionalProperties: false,
      properties: { PERSO: { type: 'object' }, PIN_MAILER: { type: 'object' }, RETURN: { type: 'object' } },
    },
  },
} as const
const readCustomer = validatorOf<Customer>(customerSchema)

async function setCustomer(books: Books, { tenant, body }: PartnerCall): Promise<PartnerAnswer> {
  const read = readCustomer(body)
  if (!read.valid) return invalid(read.fieldError)
  const account = await accountOf(books, tenant)
  const customers = [...account.customers.filter(({ drop }) => drop !== read.value.drop), read.value]
  await books.accounts.updateOne({ _id: tenant }, { $set: { customers } })
  return done({ publicKey: account.publicKey, fingerprint: account.fingerprint })
}

/** The vendor's own key for a bank is made when it is first asked for, and stays. */
async function accountOf({ accounts }: Books, tenant: string): Promise<Account> {
  const known = await accounts.findOne({ _id: tenant })
  if (known) return known
  const account = { _id: tenant, ...(await makePgpKeyPair('Sandbox vendor')), customers: [] }
  return (await place(accounts, account)) === 'placed' ? account : ((await accounts.findOne({ _id: tenant })) ?? account)
}

const keptId = (tenant: string, drop: string, name: string): string => idOf(tenant, `${drop}/${name}`)

/** One file of a name is kept: the first that came whole. */
async function take(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { tenant, now, path, stream } = call
  const { drop = '', name = '' } = path
  const account = await accountOf(books, tenant)
  const customer = account.customers.find((each) => each.drop === drop)
  if (!customer) return refused(403, 'drop.unknown', 'nothing was agreed on about this drop')
  if (!/^(perso|pinmailer)-[A-Za-z0-9._-]{1,140}$/.test(name)) return refused(400, 'request.invalid', 'that is no name of a file')
  const _id = keptId(tenant, drop, name)
  const { returnAfterHours, rejectEvery } = rulesOf(call.rules)
  const offeredFrom = new Date(now.getTime() + returnAfterHours * HOUR_MS)
  const attempt = createHash('sha256').update(`${_id}/${Math.random()}/${process.hrtime.bigint()}`).digest('hex').slice(0, 16)
  try {
    const received = await receive(stream, { name, tenant, customer, privateKey: account.privateKey }, async (part, kitNos) => {
      if (!name.startsWith('perso-')) return
      const rejected = rejectEvery === 0 ? [] : kitNos.filter((_, i) => i % rejectEvery === rejectEvery - 1)
      const file = `${name}.r${String(part).padStart(3, '0')}`
      await books.returns.insertOne({
        _id: `${attempt}/${part}`,
        tenant,
        drop: `${drop}?${attempt}`,
        name: file,
        kitNos,
        offeredFrom,
        rejected,
      })
    })
    const placed = await place(books.files, { _id, tenant, drop, name, receivedAt: now, puts: 1, ...received })
    if (placed === 'placed') {
      await books.returns.updateMany({ tenant, drop: `${drop}?${attempt}` }, { $set: { drop } })
      return done({ name, rows: received.rows, sha256: received.sha256 }, 201)
    }
    await books.files.updateOne({ _id }, { $inc: { puts: 1 } })
    await books.returns.deleteMany({ tenant, drop: `${drop}?${attempt}` })
    return done({ name, kept: 'the earlier one' })
  } catch (error) {
    await books.returns.deleteMany({ tenant, drop: `${drop}?${attempt}` })
    if (error instanceof VendorFileFault) return refused(422, 'file.refused', error.message)
    throw error
  }
}

async function tellKept({ files }: Books, { tenant, path }: PartnerCall): Promise<PartnerAnswer> {
  const file = await files.findOne({ _id: keptId(tenant, path.drop ?? '', path.name ?? '') })
  return file
    ? done({ name: file.name, bytes: file.bytes, sha256: file.sha256 })
    : refused(404, 'file.unknown', 'no file of that name is kept')
}

/** Those whose time has come and that were not dealt with, in the order of their names. */
async function list(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { tenant, now, path, query } = call
  const limit = limitOf(query.limit, LISTED_MAX, LISTED_MAX)
  if (limit === null) return invalid([`limit must be between 1 and ${LISTED_MAX}`])
  const found = await books.returns
    .find({ tenant, drop: path.drop ?? '', offeredFrom: { $lte: now }, doneAt: { $exists: false }, name: { $gt: query.after ?? '' } })
    .sort({ name: 1 })
    .limit(limit + 1)
    .toArray()
  const files: object[] = []
  for (const each of found.slice(0, limit)) {
    const { sha256 } = await sealedReturn(books, each, call)
    files.push({ name: each.name, sha256 })
  }
  return done({ files, more: found.length > limit })
}

async function fetchReturn(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { tenant, now, path } = call
  const found = await books.returns.findOne({
    tenant,
    drop: path.drop ?? '',
    name: path.name ?? '',
    offeredFrom: { $lte: now },
    doneAt: { $exists: false },
  })
  if (!found) return refused(404, 'file.unknown', 'no file of that name is offered')
  return done((await sealedReturn(books, found, call)).sealed)
}

async function endReturn({ returns }: Books, { tenant, now, path }: PartnerCall): Promise<PartnerAnswer> {
  const ended = await returns.updateOne({ tenant, drop: path.drop ?? '', name: path.name ?? '' }, { $set: { doneAt: now } })
  return ended.matchedCount === 0 ? refused(404, 'file.unknown', 'no file of that name is offered') : done({ done: true })
}

/**
 * Encrypted to the bank's first key and signed; kept, so that it is the same whenever it is
 * fetched.
 */
async function sealedReturn(books: Books, file: Return, { tenant, rules }: PartnerCall): Promise<{ sealed: Buffer; sha256: string }> {
  if (file.sealed !== undefined && file.sha256 !== undefined) return { sealed: Buffer.from(file.sealed, 'base64'), sha256: file.sha256 }
  const account = await accountOf(books, tenant)
  const customer = account.customers.find(({ drop }) => drop === file.drop)
  const layout = customer?.layouts.RETURN
  const [to] = customer?.bankKeys ?? []
  if (!layout || to === undefined) throw new Error('nothing was agreed on about this drop')
  const signWith = rulesOf(rules).badSignature ? (await makePgpKeyPair('Somebody')).privateKey : account.privateKey
  const parts: Uint8Array[] = []
  for await (const chunk of await sealFile(writeReturn(layout, file, tenant), { to, signWith })) parts.push(chunk)
  const sealed = Buffer.concat(parts)
  const sha256 = createHash('sha256').update(sealed).digest('hex')
  const kept = await books.returns.updateOne(
    { _id: file._id, sealed: { $exists: false } },
    { $set: { sealed: sealed.toString('base64'), sha256 } },
  )
  if (kept.modifiedCount === 1) return { sealed, sha256 }
  const stands = await books.returns.findOne({ _id: file._id })
  return stands?.sealed && stands.sha256 ? { sealed: Buffer.from(stands.sealed, 'base64'), sha256: stands.sha256 } : { sealed, sha256 }
}

async function* writeReturn(layout: VendorLayout, { name, kitNos, rejected, offeredFrom }: Return, tenant: string) {
  const day = offeredFrom.toISOString().slice(0, 10)
  const sent = { status: 'DISPATCHED', awbNo: '32592000001', courier: 'SANDBOX COURIER', dispatchDate: day }
  const out = new Set(rejected)
  const rows = kitNos.map((kitNo): Row => ({ kitNo, ...(out.has(kitNo) ? { status: 'REJECTED', reason: 'chip does not answer' } : sent) }))
  const createdAt = offeredFrom.toISOString().replace(/\D/g, '').slice(0, 14)
  yield* writeVendorFile(layout, { kind: 'RETURN', tenant, name, createdAt }, batchesOf(rows))
}

async function* batchesOf(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}

/** The latest files, without anything that stood in them. */
async function show({ files, states }: Books, { tenant, query }: PartnerCall): Promise<PartnerAnswer> {
  const limit = limitOf(query.limit, SHOWN_MAX, SHOWN_MAX)
  if (limit === null) return invalid([`limit must be between 1 and ${SHOWN_MAX}`])
  const found = await files.find({ tenant }).sort({ receivedAt: -1 }).limit(limit).toArray()
  const shown = found.reverse().map(({ _id, tenant: _tenant, ...file }) => file)
  return done({ files: shown, now: nowOf(await states.read(tenant)).toISOString() })
}
