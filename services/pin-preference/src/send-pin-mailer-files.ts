// The job that sends printers the files with the PINs of orders' cards, some bank days after the
// cards.
import type { Hsm } from '@dcms/card-crypto'
import type { Foundations, InternalClient, Job, JobRun } from '@dcms/service'
import { addressOf, type CardVendor, ownPgpKey, type Row, sendVendorFile } from '@dcms/vendor-files'
import { KITS_AT_ONCE, pinsFor } from './choose-pins.ts'
import { type ChosenPin, chosenPinsOf, filesToSend, type PinMailerFile, pinMailerFilesOf } from './pin-mailer-file.ts'

const EVERY_MS = 60_000
const REST_EVERY_MS = 30 * 60_000
const FILES_PER_RUN = 100
const AGAIN_MS = 10 * 60_000

export interface MailerParts extends Pick<Foundations, 'logger'> {
  drops: CardVendor
  hsm: Hsm
  kit: InternalClient
}

/**
 * PINs are chosen, written down and given to the cards while the file goes out. A run that died is
 * repeated with the PINs that were written down: the same rows in the same order, one file kept.
 */
export const sendPinMailerFiles = (parts: MailerParts): Job => ({
  name: 'send-pin-mailer-files',
  summary: 'Sends printers the encrypted and signed files with the PINs of orders’ cards, some bank days after the cards',
  everyMs: EVERY_MS,
  restEveryMs: REST_EVERY_MS,
  async run(run) {
    const { tenant, asOf, signal } = run
    const counts = { files: run.counts.files ?? 0, pins: run.counts.pins ?? 0, held: run.counts.held ?? 0 }
    const faults: unknown[] = []
    for (const file of await filesToSend(tenant, asOf, FILES_PER_RUN).lean<PinMailerFile[]>()) {
      try {
        counts.pins += await sendOne(file, run, parts)
        counts.files++
      } catch (error) {
        signal.throwIfAborted()
        faults.push(error)
        counts.held++
        parts.logger.error({ err: error, tenant: tenant.id, file: file._id }, 'a file with PINs could not be sent; trying again later')
        await pinMailerFilesOf(tenant).updateOne(
          { _id: file._id, dueAt: { $exists: true } },
          { $set: { dueAt: new Date(Date.now() + AGAIN_MS) } },
        )
      }
      await run.note(file._id, counts)
    }
    const [next] = await pinMailerFilesOf(tenant)
      .find({ dueAt: { $exists: true } }, { dueAt: 1 })
      .sort({ dueAt: 1 })
      .limit(1)
      .lean<PinMailerFile[]>()
    if (next?.dueAt) await run.dueBy(new Date(Math.max(next.dueAt.getTime(), Date.now() + EVERY_MS)))
    if (faults.length > 0)
      throw new AggregateError(
        faults,
        `${faults.length} files with PINs could not be sent: ${faults[0] instanceof Error ? faults[0].message : ''}`,
      )
  },
})

/** @returns how many PINs are in it */
async function sendOne(file: PinMailerFile, run: JobRun, parts: MailerParts): Promise<number> {
  const { tenant } = run
  const { drops, hsm } = parts
  const to = tenant.definition.vendors?.find(({ vendor }) => vendor === file.vendor)
  if (!to) throw new Error(`vendor ${file.vendor} of file ${file._id} is not defined any more`)
  if (!(await hsm.hasKey(tenant.id, 'mailer'))) throw new Error('the bank has no mailer key: exchange one with the printer first')
  const key = await ownPgpKey(tenant, hsm, 'pin-preference')
  let rows = 0
  const batches = rowsOf(file, run, parts, (count) => {
    rows += count
  })
  const outcome = await sendVendorFile(
    { kind: 'PIN_MAILER', name: file._id, createdAt: file.createdAt, batches },
    { tenant, drops, to, key },
  )
  const sent = { sentAt: new Date(), ...(outcome === 'sent' && { rows }) }
  await pinMailerFilesOf(tenant).updateOne({ _id: file._id }, { $set: sent, $unset: { dueAt: '' } })
  // The printer has them: no PIN block is kept here any longer.
  await chosenPinsOf(tenant).deleteMany({ _id: { $gte: `${file._id}/`, $lt: `${file._id}0` } })
  return rows
}

async function* rowsOf(file: PinMailerFile, run: JobRun, parts: MailerParts, told: (count: number) => void): AsyncGenerator<Row[]> {
  await chosenPinsOf(run.tenant).createIndexes() // made with a bank's first file: many banks have none
  let number = 0
  for (const { firstKitNo, count } of file.kits) {
    const first = Number(firstKitNo)
    for (let at = 0; at < count; at += KITS_AT_ONCE) {
      run.signal.throwIfAborted()
      const kitNos = Array.from({ length: Math.min(KITS_AT_ONCE, count - at) }, (_, i) => String(first + at + i))
      const chosen = await pinsFor(file, ++number, kitNos, run.scopeOf(`${file._id}/${number}`), parts)
      told(chosen.length)
      yield chosen.map((each) => rowOf(each, file))
    }
  }
}

const rowOf = ({ kitNo, maskedCardNumber, block, format }: ChosenPin, file: PinMailerFile): Row => ({
  orderId: file.orderId,
  requestId: `${file.orderId}/${kitNo}`,
  kitNo,
  maskedPan: maskedCardNumber,
  pinBlock: block,
  pinBlockFormat: String(format),
  name: '',
  ...addressOf(file),
  branchId: file.branchId ?? '',
  homeCurrencyCode: '',
})
