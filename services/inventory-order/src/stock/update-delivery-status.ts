// Telling where cards are. Contract: packages/contract/src/inventory/update-delivery-status.ts.
import {
  type DeliveryStatusRows,
  type DeliveryUpdated,
  deliverySteps,
  failure,
  KITS_MAX,
  type UpdateDeliveryStatus,
  updateDeliveryStatusEndpoint,
} from '@dcms/contract'
import { answer, command, type Decision, refuse, unchanged } from '@dcms/service'
import { isOwnBranch } from '../branches/branch.ts'
import { deliveryStatusesOf } from '../order-settings.ts'
import { standsIn, withEntries } from './ledger.ts'
import { type StockEntry, type StockKit, stockOf } from './stock-kit.ts'

type Row = DeliveryStatusRows[number]
type RowFault = 'MCC007' | 'INV003' | 'INV005' | 'invalid.input.request'

/** A cause that stands above the catalogue's own words for a kit of a row. */
const wordsOfRow: Partial<Record<RowFault, object>> = { MCC007: { detailMessage: 'valid kit not found' } }

/** Each kit by itself, all of them by one reading and one writing statement. */
export const updateDeliveryStatus = command(updateDeliveryStatusEndpoint, async (input, scope) => {
  const asked = input.flatMap(({ deliveryStatus, kitNo }) => kitNo.map((each) => ({ kitNo: each, deliveryStatus })))
  if (asked.length > KITS_MAX) return refuse('invalid.input.request', [`kitNo must name at most ${KITS_MAX} kits in the whole call`])
  const wanted = byKit(input)
  const at = { commandId: scope.commandId, now: scope.now, allowed: deliveryStatusesOf(scope.tenant.definition) }
  const settled = await scope.changeMany(stockOf, [...wanted.keys()], (kit) =>
    isOwnBranch(scope, kit.branchId) ? decideDelivery(kit, wanted.get(kit._id) ?? [], at).decision : unchanged,
  )
  const faults = new Map<string, (RowFault | null)[]>()
  for (const [kitNo, statuses] of wanted) {
    const found = settled.get(kitNo)
    if (!found || !isOwnBranch(scope, found.before.branchId))
      faults.set(
        kitNo,
        statuses.map(() => 'MCC007'),
      )
    else if (found.decision.kind === 'done-before')
      faults.set(
        kitNo,
        statuses.map(() => null),
      )
    else faults.set(kitNo, decideDelivery(found.before, statuses, at).faults)
  }
  return answer(asked.map(({ kitNo }) => rowOf(kitNo, faults.get(kitNo)?.shift() ?? null)))
})

/** What is wanted of each kit, in the order of the request. */
function byKit(input: UpdateDeliveryStatus): Map<string, string[]> {
  const wanted = new Map<string, string[]>()
  for (const { deliveryStatus, kitNo } of input)
    for (const each of kitNo) wanted.set(each, [...(wanted.get(each) ?? []), deliveryStatus.toUpperCase()])
  return wanted
}

export interface DeliveryAt {
  commandId: string
  now: Date
  /** The bank's own statuses, in upper case, as they are stored. */
  allowed: readonly string[]
}

/**
 * One status after the other; what cannot follow is passed over. A kit that is sent back leaves the
 * stock until it comes again.
 * @returns a fault or null for each status, and what becomes of the kit
 */
export function decideDelivery(
  kit: StockKit,
  wanted: readonly string[],
  { commandId, now, allowed }: DeliveryAt,
): { faults: (RowFault | null)[]; decision: Decision<StockKit, DeliveryUpdated, never> } {
  let { deliveryStatus, entries } = kit
  const events: DeliveryUpdated[] = []
  const faults = wanted.map((each): RowFault | null => {
    if (kit.cardType === 'VIRTUAL') return 'INV003'
    if (!allowed.includes(each)) return 'invalid.input.request'
    if (each === deliveryStatus) return null
    if (!deliverySteps[deliveryStatus ?? 'NONE']?.includes(each)) return 'INV005'
    entries = withEntries(entries, entriesOf({ ...kit, entries }, each, { ref: commandId, at: now }))
    events.push({
      type: 'DeliveryUpdated',
      kitNo: kit._id,
      branchId: kit.branchId,
      ...(deliveryStatus !== undefined && { previousStatus: deliveryStatus }),
      deliveryStatus: each,
      updatedAt: now.toISOString(),
    })
    deliveryStatus = each
    return null
  })
  if (events.length === 0 || deliveryStatus === undefined) return { faults, decision: unchanged }
  return { faults, decision: { kind: 'changed', set: { deliveryStatus, entries, changedAt: now }, events } }
}

/** What the step says in the ledger; nothing for a kit that has an owner. */
function entriesOf({ kitStatus, branchId, entries }: StockKit, status: string, of: Pick<StockEntry, 'ref' | 'at'>): StockEntry[] {
  if (kitStatus !== 'UNALLOCATED') return []
  const isThere = standsIn(entries) !== null
  if (status === 'RETURNED') return isThere ? [{ type: 'RETURNED', branchId, ...of }] : []
  return isThere ? [] : [{ type: 'RECEIVED', branchId, ...of }]
}

function rowOf(kitNo: string, fault: RowFault | null): Row {
  if (fault === null) return { kitNo, result: true, status: '200' }
  const lines = fault === 'invalid.input.request' ? ['deliveryStatus is not one of the bank’s'] : undefined
  const { exception } = failure(fault, lines)
  if (!exception) throw new Error(`${fault} is not in the catalogue`)
  return {
    kitNo,
    status: '500',
    exception: { ...exception, ...wordsOfRow[fault], cause: null, localizedMessage: null, message: null, suppressed: [] },
  }
}
