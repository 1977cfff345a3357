// Finding the succession that an earlier call began. A caller with a key is known by the command;
// one without by asking for the same once more, as long as the card that it asked for was not
// answered.
import { hashOf, type Scope } from '@dcms/service'
import { type Asked, type Kit, kitsOf, type Unanswered } from '../kit.ts'

/**
 * From the moment the old card names the new one, a call runs shorter than this. What is older has
 * nobody who waits for its answer.
 */
const RUNNING_MAX_MS = 2_000
/** As long as answers are kept for callers with a key. */
const UNANSWERED_KEPT_MS = 24 * 60 * 60_000

/** What a caller without a key asks for, as it is known again; nothing for one with a key. */
export const askedBy = (
  { hasKey, branch }: Pick<Scope, 'hasKey' | 'branch'>,
  { requestId: _key, ...order }: { requestId?: string | undefined },
): string | undefined => (hasKey ? undefined : hashOf({ ...order, branch }))

/**
 * What the same call before this one began at the card. `running`: that one may still be answered.
 */
export function begunBy({ successor }: Pick<Kit, 'successor'>, asked: string | undefined, nowMs = Date.now()): Asked | 'running' | null {
  return foundBy(successor?.asked, asked, nowMs)
}

/** What is kept of a call, when this one asks for the same and that one was not answered. */
export function foundBy<Begun extends Unanswered>(
  begun: Begun | undefined,
  asked: string | undefined,
  nowMs = Date.now(),
): Begun | 'running' | null {
  if (!begun || asked === undefined || begun.by !== asked) return null
  const ageMs = nowMs - begun.at.getTime()
  if (ageMs > UNANSWERED_KEPT_MS) return null
  return begun.leftAt || ageMs > RUNNING_MAX_MS ? begun : 'running'
}

/**
 * The card is answered to one repeat; false for all others, which find the card as the table has
 * it.
 */
export async function claimBegun(_id: string, { by, kitNo }: Asked, { tenant }: Pick<Scope, 'tenant'>): Promise<boolean> {
  const mine = { _id, 'successor.asked.by': by, 'successor.asked.kitNo': kitNo }
  const claimed = await kitsOf(tenant).updateOne(mine, { $unset: { 'successor.asked': '', successorPendingAt: '' } })
  return claimed.matchedCount === 1
}

/** The card is confirmed, and answered to the caller who asked for it. */
export async function noteAnswered(
  _id: string,
  kitNo: string,
  asked: string | undefined,
  { tenant }: Pick<Scope, 'tenant'>,
): Promise<void> {
  const named = asked === undefined ? { 'successor.kitNo': kitNo } : { 'successor.asked.by': asked, 'successor.asked.kitNo': kitNo }
  await kitsOf(tenant).updateOne({ _id, ...named }, { $unset: { successorPendingAt: '', 'successor.asked': '' } })
}

/**
 * A caller who is told of an error is known again at once when it asks for the same. Where this
 * cannot be noted, by the age of what it began.
 */
export async function leaveBegun(_id: string, asked: string | undefined, { tenant }: Pick<Scope, 'tenant'>): Promise<void> {
  if (asked === undefined) return
  const mine = { _id, 'successor.asked.by': asked }
  await kitsOf(tenant)
    .updateOne(mine, { $set: { 'successor.asked.leftAt': new Date() } })
    .catch(() => undefined)
}
