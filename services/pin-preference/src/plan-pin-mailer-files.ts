// Plans the files with the PINs of an order's cards, once a vendor has the cards: PINs follow some
// bank days later, never in one shipment.
import type { PersoFileDelivered } from '@dcms/contract'
import { place, type Reaction } from '@dcms/service'
import { pinMailerFilesOf, plannedFiles } from './pin-mailer-file.ts'

/** Only the own store can hold it up. */
const OTHERS_WAIT_MS = 5_000

/** A repeat finds the files there. */
export const planPinMailerFiles: Reaction = {
  of: 'kit',
  group: 'pin-mailer-files',
  othersWaitMs: OTHERS_WAIT_MS,
  async react(scopeOf, { type, payload, subject }) {
    if (type !== 'PersoFileDelivered') return
    const scope = scopeOf(`pin mailers of ${subject}`)
    const files = plannedFiles(payload as unknown as PersoFileDelivered, scope.tenant.definition)
    if (files.length === 0) return
    scope.touch()
    await pinMailerFilesOf(scope.tenant).createIndexes() // made with a bank's first file: many banks have none
    for (const file of files) await place(pinMailerFilesOf(scope.tenant), file)
  },
}
