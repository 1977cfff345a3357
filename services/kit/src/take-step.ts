// One step in a kit's life, by the table: what every command that changes a kit's status writes.
import {
  type CardStatus,
  type EventOf,
  type KitEventType,
  type KitOperation,
  type KitStatus,
  type ManageKit,
  type RefusalOf,
  stepOf,
} from '@dcms/contract'
import { type Refused, refuse, type Scope } from '@dcms/service'
import type { Kit } from './kit.ts'

/**
 * As many as commands a document remembers: a repeat that still finds itself done finds here what
 * it did.
 */
const STEPS_KEPT = 8

/** By which command and when. */
export type At = Pick<Scope, 'commandId' | 'now'>

export interface Step<Event extends KitEventType = KitEventType> {
  kind: 'step'
  from: KitStatus
  /** What every event that changes the status tells of it. */
  told: { type: Event; kitNo: string; cardStatus: CardStatus; orderId?: string }
  set: Pick<Kit, 'status' | 'changedAt' | 'steps'>
}

/**
 * What the operation does to the kit, or the table's refusal. `newKitNo`: the kit that is put in
 * its place.
 */
export function takeStep<Operation extends KitOperation>(
  kit: Kit,
  operation: Operation,
  { commandId, now }: At,
  newKitNo?: string,
): Step<EventOf<Operation>> | Refused<RefusalOf<Operation>> {
  const step = stepOf(operation, kit.status)
  if ('refusal' in step) return refuse(step.refusal)
  const { to, event } = step
  const taken = { commandId, from: kit.status, to, ...(newKitNo !== undefined && { newKitNo }) }
  const steps = [...(kit.steps ?? []), taken].slice(-STEPS_KEPT)
  return {
    kind: 'step',
    from: kit.status,
    told: { type: event, kitNo: kit._id, cardStatus: to, ...(kit.orderId !== undefined && { orderId: kit.orderId }) },
    set: { status: to, changedAt: now, steps },
  }
}

/** What a command did to a kit, when it is among the last; a repeat finds itself so. */
export const stepBy = (kit: Pick<Kit, 'steps'>, commandId: string) => kit.steps?.find((step) => step.commandId === commandId)

/** Who ordered it, through what and why, as far as it was said. */
export const auditOf = ({ reason, changer, channel }: Pick<ManageKit, 'reason' | 'changer' | 'channel'>) => ({
  ...(reason && { reason }),
  ...(changer && { changer }),
  ...(channel && { channel }),
})
