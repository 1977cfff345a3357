// What the stock learns of a kit that came from it: its status, and whose it is.
import { statusChangeOf } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { type Decision, NotYet, type Scope, unchanged } from '@dcms/service'
import { standsIn, withEntries } from './ledger.ts'
import { type StockEntryType, type StockKit, stockOf } from './stock-kit.ts'

/** What ends a kit's time in stock, and how the ledger calls it. */
const leaves: Readonly<Record<string, StockEntryType>> = { KitAssigned: 'ALLOCATED', KitExpired: 'EXPIRED' }

/** @throws NotYet for a kit whose batch is not in stock yet */
export async function followKit(event: ReceivedEvent, scope: Scope): Promise<void> {
  let isKnown = false
  const followed = await scope.change(stockOf, event.subject, (kit) => {
    isKnown = kit !== null
    return kit ? decideFollow(kit, event) : unchanged
  })
  if (!isKnown || followed.kind === 'overtaken') throw new NotYet(`kit ${event.subject} is not in stock yet`)
}

/**
 * The kit context's word stands above what the stock says of a kit's status. A kit that leaves
 * stock does so in the ledger too, once: one that was withdrawn here before has left already.
 */
export function decideFollow(
  kit: StockKit,
  { payload, sequence, id, time }: Pick<ReceivedEvent, 'payload' | 'sequence' | 'id' | 'time'>,
): Decision<StockKit, never, never> {
  if (sequence <= kit.kitSequence) return unchanged
  const left = leaves[payload.type]
  const branchId = standsIn(kit.entries)
  const isLeaving = left !== undefined && branchId !== null
  const cardStatus = statusChangeOf(payload)?.cardStatus
  return {
    kind: 'changed',
    set: {
      kitSequence: sequence,
      changedAt: time,
      ...(cardStatus && { kitStatus: cardStatus }),
      ...textOf(payload, 'entityId'),
      ...textOf(payload, 'accountNo'),
      ...textOf(payload, 'aliasName'),
      ...(isLeaving && { entries: withEntries(kit.entries, [{ type: left, branchId, ref: id, at: time }]) }),
    },
    ...(left !== undefined && { unset: ['hold'] as const }),
    events: [],
  }
}

const textOf = <Name extends string>(payload: Readonly<Record<string, unknown>>, name: Name): Partial<Record<Name, string>> =>
  typeof payload[name] === 'string' ? ({ [name]: payload[name] } as Record<Name, string>) : {}
