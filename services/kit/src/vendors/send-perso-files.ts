// The job that sends vendors the files with the cards of orders, once the last kit of an order was
// made.
import type { Hsm } from '@dcms/card-crypto'
import type { PersoFileDelivered } from '@dcms/contract'
import { type Decision, type Foundations, type Job, type JobRun, ServiceUnavailable, type Tenant, unchanged } from '@dcms/service'
import { type CardVendor, ownPgpKey, sendVendorFile } from '@dcms/vendor-files'
import { kitNoAt } from '../issuing/number-cards.ts'
import { type PersoFile, type Production, productionsOf, productionsToSend } from '../issuing/production.ts'
import type { CardVault } from '../vault/card-vault.ts'
import { persoRows } from './perso-rows.ts'

const EVERY_MS = 60_000
const REST_EVERY_MS = 30 * 60_000
const ORDERS_PER_RUN = 100
/** What needs a person, or a vendor that is away: the files of others are sent meanwhile. */
const AGAIN_MS = 10 * 60_000

export interface VendorParts extends Pick<Foundations, 'logger'> {
  drops: CardVendor
  vault: CardVault
  hsm: Hsm
}

/**
 * One file of an order and a vendor, under a name of its own. A run that died is repeated: the same
 * rows in the same order, and the vendor keeps one file.
 */
export const sendPersoFiles = (parts: VendorParts): Job => ({
  name: 'send-perso-files',
  summary: 'Sends card vendors the encrypted and signed files with the cards that were made for orders',
  everyMs: EVERY_MS,
  restEveryMs: REST_EVERY_MS,
  async run(run) {
    const counts = { files: run.counts.files ?? 0, orders: run.counts.orders ?? 0, held: run.counts.held ?? 0 }
    const faults: unknown[] = []
    const waiting = await productionsToSend(run.tenant, run.asOf, ORDERS_PER_RUN).lean<Production[]>()
    for (const production of waiting) {
      try {
        counts.files += await sendFiles(production, run, parts)
        counts.orders++
      } catch (error) {
        run.signal.throwIfAborted()
        faults.push(error)
        counts.held++
        parts.logger.error(
          { err: error, tenant: run.tenant.id, orderId: production._id },
          'a file with cards could not be sent; trying again later',
        )
        await putOff(run.tenant, production)
      }
      await run.note(production._id, counts)
    }
    const next = await productionsToSend(run.tenant, new Date(Date.now() + REST_EVERY_MS), 1).lean<Production[]>()
    if (next[0]?.persoDueAt) await run.dueBy(new Date(Math.max(next[0].persoDueAt.getTime(), Date.now() + EVERY_MS)))
    if (faults.length > 0)
      throw new AggregateError(faults, `${faults.length} orders have files with cards that could not be sent: ${reasonOf(faults[0])}`)
  },
})

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')

/** @returns how many files were sent, or found sent */
async function sendFiles(production: Production, run: JobRun, { drops, vault, hsm }: VendorParts): Promise<number> {
  const { tenant } = run
  const key = await ownPgpKey(tenant, hsm, 'kit')
  let sent = 0
  for (const file of production.persoFiles ?? []) {
    if (file.sentAt) continue
    const to = tenant.definition.vendors?.find(({ vendor }) => vendor === file.vendor)
    if (!to) throw new Error(`vendor ${file.vendor} of file ${file.name} is not defined any more`)
    const { name, createdAt } = file
    const batches = untilAborted(persoRows(production, file, tenant, vault), run.signal)
    await sendVendorFile({ kind: 'PERSO', name, createdAt, batches }, { tenant, drops, to, key })
    const scope = run.scopeOf(`perso file ${name} sent`)
    const noted = await scope.change(productionsOf, production._id, (each) => (each ? decideSent(each, name, scope.now) : unchanged))
    if (noted.kind === 'overtaken') throw new ServiceUnavailable(`production ${production._id} changes all the time`)
    sent++
  }
  return sent
}

/** Notes that a file was sent, and tells of it; one that is noted already stays as it is. */
export function decideSent(production: Production, name: string, now: Date): Decision<Production, PersoFileDelivered, never> {
  const file = production.persoFiles?.find((each) => each.name === name)
  if (!file || file.sentAt) return unchanged
  const persoFiles = (production.persoFiles ?? []).map((each) => (each.name === name ? { ...each, sentAt: now } : each))
  const isLast = persoFiles.every(({ sentAt }) => sentAt)
  return {
    kind: 'changed',
    set: { persoFiles },
    ...(isLast && { unset: ['persoDueAt'] as const }),
    events: [toldOf(production, file, now)],
  }
}

function toldOf(
  { _id: orderId, lines, rows = [], branchId, address, pinCode }: Production,
  file: PersoFile,
  now: Date,
): PersoFileDelivered {
  const kits = rows
    .filter(({ line }) => file.lines.includes(line))
    .map(({ line, kitFrom, count }) => ({
      productId: lines[line]?.productId ?? '',
      firstKitNo: kitNoAt(kitFrom),
      count,
      ...(lines[line]?.pinGeneration && { pinGeneration: true }),
    }))
  return {
    type: 'PersoFileDelivered',
    orderId,
    vendor: file.vendor,
    fileName: file.name,
    rows: kits.reduce((sum, { count }) => sum + count, 0),
    kits,
    ...(branchId !== undefined && { branchId }),
    ...(address !== undefined && { address }),
    ...(pinCode !== undefined && { pinCode }),
    sentAt: now.toISOString(),
  }
}

/** Breaks the sending off when this process ends or the run is another's. */
async function* untilAborted<Each>(batches: AsyncIterable<Each>, signal: AbortSignal): AsyncGenerator<Each> {
  for await (const batch of batches) {
    signal.throwIfAborted()
    yield batch
  }
}

const putOff = (tenant: Tenant, { _id, persoDueAt }: Production) =>
  productionsOf(tenant).updateOne({ _id, ...(persoDueAt && { persoDueAt }) }, { $set: { persoDueAt: new Date(Date.now() + AGAIN_MS) } })
