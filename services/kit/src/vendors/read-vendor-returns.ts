// The job that fetches vendors' own files and tells what became of cards. A file counts only when
// its signature, its counts and its hash hold; then it is told of batch by batch.
import type { Hsm } from '@dcms/card-crypto'
import { layoutOf, productOf, type Vendor, type VendorReported, vendorFor } from '@dcms/contract'
import { type Decision, type Foundations, type Job, type JobRun, newlyStored, ServiceUnavailable, unchanged } from '@dcms/service'
import { type CardVendor, type OfferedFile, ownPgpKey, type PgpKeyPair, VendorFileFault } from '@dcms/vendor-files'
import { Counter } from 'prom-client'
import { type Kit, kitsOf } from '../kit.ts'
import { type ReturnedKit, readReturn, sha256Of } from './return-rows.ts'
import { type VendorReturn, vendorReturnsOf } from './vendor-return.ts'

/** A file comes without a write of ours, so a bank at rest does not wait longer. */
const EVERY_MS = 15 * 60_000
/** A file of 50,000 rows is told by a hundred events of up to 60 KB. */
const KITS_PER_EVENT = 500

const refusedReturns = new Counter({
  name: 'dcms_vendor_returns_refused_total',
  help: 'Files of card vendors that were not applied: signature, counts, hash or rows do not hold',
  labelNames: ['tenant'],
})

export interface ReturnParts extends Pick<Foundations, 'logger'> {
  drops: CardVendor
  hsm: Hsm
}

export const readVendorReturns = (parts: ReturnParts): Job => ({
  name: 'read-vendor-returns',
  summary: 'Fetches the signed files in which card vendors tell what became of cards, and tells of them',
  everyMs: EVERY_MS,
  async run(run) {
    const vendors = (run.tenant.definition.vendors ?? []).filter((vendor) => layoutOf(vendor, 'RETURN'))
    if (vendors.length === 0) return
    const key = await ownPgpKey(run.tenant, parts.hsm, 'kit')
    const counts = { applied: run.counts.applied ?? 0, refused: run.counts.refused ?? 0, kits: run.counts.kits ?? 0 }
    for (const vendor of vendors) {
      for await (const offered of offeredBy(vendor, run, parts)) {
        const applied = await takeFile(vendor, offered, key, run, parts)
        if (applied === 'refused') counts.refused++
        else if (applied !== 'known') {
          counts.applied++
          counts.kits += applied
        }
        await run.note(`${vendor.drop}/${offered.name}`, counts)
      }
    }
  },
})

/** All that wait at a vendor, in the order of their names. */
async function* offeredBy({ drop }: Vendor, { tenant }: JobRun, { drops }: ReturnParts): AsyncGenerator<OfferedFile> {
  for (let after: string | undefined, isMore = true; isMore; ) {
    const { files, more } = await drops.offered(tenant, drop, after)
    yield* files
    const last = files.at(-1)?.name
    isMore = more && last !== undefined && last !== after
    after = last
  }
}

/**
 * A file that was refused stays with the vendor, as evidence; it is looked at again when it has
 * changed. @returns how many kits it told of
 */
async function takeFile(
  vendor: Vendor,
  { name, sha256 }: OfferedFile,
  key: PgpKeyPair,
  run: JobRun,
  parts: ReturnParts,
): Promise<number | 'refused' | 'known'> {
  const { tenant } = run
  const id = `${vendor.drop}/${name}`
  const known = await vendorReturnsOf(tenant).findById(id, { outbox: 0 }).lean<VendorReturn>()
  if (known?.status === 'REFUSED' && known.sha256 === sha256) return 'known'
  if (known?.status === 'APPLIED') {
    await parts.drops.done(tenant, vendor.drop, name)
    return 'known'
  }
  const bytes = await parts.drops.fetch(tenant, vendor.drop, name)
  if (!bytes) return 'known'
  if (sha256Of(bytes) !== sha256) throw new ServiceUnavailable(`file ${name} of vendor ${vendor.vendor} did not come whole`)
  const kits = await readReturn(bytes, { vendor, fileName: name, tenant: tenant.id, key }).catch((error: unknown) => asRefusal(error))
  if (kits instanceof VendorFileFault) return await refuseFile({ vendor, name, sha256, known, reason: kits.message }, run, parts)
  if (known && isBegun(known) && known.begun !== sha256)
    return await refuseFile({ vendor, name, sha256, known, reason: 'the file is another than the one that was begun' }, run, parts)
  await tellOf({ vendor, name, sha256, kits }, run, parts)
  await parts.drops.done(tenant, vendor.drop, name)
  return kits.length
}

/** Its rows may be told already: no other file may go on in its place. */
const isBegun = ({ status, told }: VendorReturn): boolean => status === 'APPLYING' || told > 0

function asRefusal(error: unknown): VendorFileFault {
  if (error instanceof VendorFileFault) return error
  throw error
}

interface RefusedFile {
  vendor: Vendor
  name: string
  sha256: string
  known: VendorReturn | null
  reason: string
}

async function refuseFile(
  { vendor, name, sha256, known, reason }: RefusedFile,
  { tenant, scopeOf }: JobRun,
  { logger }: ReturnParts,
): Promise<'refused'> {
  const scope = scopeOf(`return ${name} refused ${sha256.slice(0, 16)}`)
  const id = `${vendor.drop}/${name}`
  const set = { status: 'REFUSED', sha256, reason, seenAt: scope.now } as const
  if (known)
    await scope.change(vendorReturnsOf, id, (each) =>
      each?.status === 'REFUSED' || each?.status === 'APPLYING' ? { kind: 'changed', set, events: [] } : unchanged,
    )
  else
    await scope.create(
      vendorReturnsOf,
      newlyStored({ _id: id, vendor: vendor.vendor, fileName: name, rows: 0, batches: 0, told: 0, foreign: 0, ...set }),
    )
  refusedReturns.inc({ tenant: tenant.id })
  logger.error(
    { tenant: tenant.id, vendor: vendor.vendor, file: name, reason },
    'a file of a card vendor was refused; nothing of it was applied',
  )
  return 'refused'
}

interface GoodFile {
  vendor: Vendor
  name: string
  sha256: string
  kits: readonly ReturnedKit[]
}

/** From the batch at which an earlier run ended. */
async function tellOf({ vendor, name, sha256, kits }: GoodFile, run: JobRun, { logger }: ReturnParts): Promise<void> {
  const { tenant, scopeOf } = run
  const id = `${vendor.drop}/${name}`
  const batches = Math.ceil(kits.length / KITS_PER_EVENT)
  const seenAt = new Date()
  const begun: VendorReturn = newlyStored({
    _id: id,
    vendor: vendor.vendor,
    fileName: name,
    sha256,
    begun: sha256,
    status: batches === 0 ? 'APPLIED' : 'APPLYING',
    rows: kits.length,
    batches,
    told: 0,
    foreign: 0,
    seenAt,
  })
  await scopeOf(`return ${name} begun`).create(vendorReturnsOf, begun)
  await restart(id, begun, scopeOf(`return ${name} begun again ${sha256.slice(0, 16)}`))
  for (let batch = 0; batch < batches; batch++) {
    run.signal.throwIfAborted()
    const some = kits.slice(batch * KITS_PER_EVENT, (batch + 1) * KITS_PER_EVENT)
    const own = await ownKits(some, vendor, run)
    const scope = scopeOf(`return ${name} batch ${batch + 1}`)
    const told = await scope.change(vendorReturnsOf, id, (each) => decideTold(each, batch, some.length, own, scope.now))
    if (told.kind === 'overtaken') throw new ServiceUnavailable(`file ${name} changes all the time`)
    if (own.length < some.length)
      logger.warn(
        { tenant: tenant.id, vendor: vendor.vendor, file: name, foreign: some.length - own.length },
        'a vendor reports kits that are none of its',
      )
  }
  // The vendor forgets a file that we are done with: only one that was told of to its end.
  const ended = await vendorReturnsOf(tenant).exists({ _id: id, status: 'APPLIED', begun: sha256 })
  if (!ended) throw new ServiceUnavailable(`file ${name} of vendor ${vendor.vendor} is not told of to its end`)
}

/**
 * One that was refused before and has come again, whole; one that another was put in the place of
 * goes on where it was.
 */
async function restart(id: string, begun: VendorReturn, scope: ReturnType<JobRun['scopeOf']>): Promise<void> {
  const { sha256, status, rows, batches, seenAt } = begun
  await scope.change(vendorReturnsOf, id, (each) =>
    each?.status === 'REFUSED' && (each.told === 0 || each.begun === sha256)
      ? { kind: 'changed', set: { sha256, begun: sha256, status, rows, batches, seenAt }, unset: ['reason'], events: [] }
      : unchanged,
  )
}

/** Batch by batch, each once. */
export function decideTold(
  file: VendorReturn | null,
  batch: number,
  rows: number,
  kits: readonly ReturnedKit[],
  now: Date,
): Decision<VendorReturn, VendorReported, never> {
  if (file?.status !== 'APPLYING' || file.told !== batch) return unchanged
  const told = batch + 1
  const set = { told, foreign: file.foreign + rows - kits.length, ...(told === file.batches && { status: 'APPLIED' as const }) }
  const [first, ...others] = kits
  if (!first) return { kind: 'changed', set, events: [] }
  const event: VendorReported = {
    type: 'VendorReported',
    vendor: file.vendor,
    fileName: file.fileName,
    batch: told,
    batches: file.batches,
    kits: [first, ...others],
    reportedAt: now.toISOString(),
  }
  return { kind: 'changed', set, events: [event] }
}

/** Those that were made for an order and whose cards this vendor makes. */
async function ownKits(kits: readonly ReturnedKit[], vendor: Vendor, { tenant }: JobRun): Promise<ReturnedKit[]> {
  const { definition } = tenant
  const found = await kitsOf(tenant)
    .find({ _id: { $in: kits.map(({ kitNo }) => kitNo) } }, { productId: 1, cardType: 1, orderId: 1 })
    .batchSize(kits.length)
    .lean<Pick<Kit, '_id' | 'productId' | 'cardType' | 'orderId'>[]>()
  const own = new Set(
    found
      .filter(({ productId, cardType, orderId }) => {
        const isMade = cardType === 'PHYSICAL' && orderId !== undefined && productOf(definition, productId) !== undefined
        return isMade && vendorFor(definition.vendors, 'PERSO', productId)?.vendor === vendor.vendor
      })
      .map(({ _id }) => _id),
  )
  return kits.filter(({ kitNo }) => own.has(kitNo))
}
