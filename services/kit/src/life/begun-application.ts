// Finding the physical card that an earlier call of applyForCard made. A caller with a key is known
// by the command; one without by asking for the same once more, as long as the card was not
// answered.
import type { ErrorCode } from '@dcms/contract'
import type { Decision, Scope } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitsOf, ownedBy, withoutOutbox } from '../kit.ts'
import { foundBy } from './begun-succession.ts'

/**
 * Keeps with the update of the card who is to be answered: a caller without a key is known again by
 * that.
 */
export function notingApplicant<Event extends { type: string }, Code extends ErrorCode>(
  decision: Decision<Kit, Event, Code>,
  asked: string | undefined,
  { commandId }: Pick<Scope, 'commandId'>,
): Decision<Kit, Event, Code> {
  if (asked === undefined || decision.kind !== 'changed') return decision
  return { ...decision, set: { ...decision.set, appliedFor: { by: asked, commandId, at: new Date() } } }
}

/**
 * The card that this command, or the same call before it, has made and not answered. `running`:
 * that one may still be answered.
 */
export async function begunApplication(
  entityId: string,
  asked: string | undefined,
  { tenant, commandId }: Pick<Scope, 'tenant' | 'commandId'>,
): Promise<IssuedKit | 'running' | null> {
  if (asked === undefined) return null
  const kit = await kitsOf(tenant)
    .findOne({ entityId: ownedBy(entityId), 'appliedFor.by': asked }, withoutOutbox)
    .sort({ 'appliedFor.at': -1 })
    .lean<Kit>()
  if (!kit || !isIssued(kit)) return null
  const found = kit.appliedFor?.commandId === commandId ? kit.appliedFor : foundBy(kit.appliedFor, asked)
  return found && (found === 'running' ? found : kit)
}

/** The card is answered to one caller; false for all others, which find it as it stands. */
export async function claimApplication({ _id, appliedFor }: Kit, { tenant }: Pick<Scope, 'tenant'>): Promise<boolean> {
  if (!appliedFor) return true
  const mine = { _id, 'appliedFor.by': appliedFor.by, 'appliedFor.commandId': appliedFor.commandId }
  return (await kitsOf(tenant).updateOne(mine, { $unset: { appliedFor: '' } })).matchedCount === 1
}

/**
 * A caller who is told of an error is known again at once when it asks for the same. Where this
 * cannot be noted, by the age of what it began.
 */
export async function leaveApplication(
  entityId: string,
  asked: string | undefined,
  { tenant, commandId }: Pick<Scope, 'tenant' | 'commandId'>,
): Promise<void> {
  if (asked === undefined) return
  const mine = { entityId: ownedBy(entityId), 'appliedFor.by': asked, 'appliedFor.commandId': commandId }
  await kitsOf(tenant)
    .updateOne(mine, { $set: { 'appliedFor.leftAt': new Date() } })
    .catch(() => undefined)
}
