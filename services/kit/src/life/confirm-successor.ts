// The last step of a succession: the kit that a card names as its successor is confirmed. Whoever
// comes next carries on: a repeat, another command, the sweep.
import type { Scope } from '@dcms/service'
import { decideConfirmation } from '../issuing/confirm-kits.ts'
import { type Kit, kitsOf } from '../kit.ts'

type Named = Pick<Kit, '_id' | 'successor'>

/** Confirms the kit that the old one names, then notes that it is done. */
export async function finishSuccession(named: Named, scope: Scope): Promise<void> {
  const { _id, successor } = named
  await confirmSuccessor(named, scope)
  const pending = { _id, 'successor.kitNo': successor?.kitNo, successorPendingAt: { $exists: true } }
  if (successor) await kitsOf(scope.tenant).updateOne(pending, { $unset: { successorPendingAt: '' } })
}

/** Without the note: whoever is to be answered makes it with the answer. */
export async function confirmSuccessor({ _id, successor }: Named, scope: Scope): Promise<void> {
  if (!successor) return
  const { kitNo, commandId } = successor
  const confirmed = await scope.change(kitsOf, kitNo, (next) => decideConfirmation(next, commandId, scope))
  if (confirmed.kind === 'refused') throw new Error(`kit ${kitNo}, the successor of ${_id}, cannot be confirmed`)
  if (confirmed.kind === 'overtaken') throw new Error(`kit ${kitNo} keeps changing; the sweep will confirm it later`)
  const next = confirmed.result.before
  if (next?.takesOver !== undefined && next.takesOver !== _id) await handOn(next.takesOver, _id, successor, scope)
}

/**
 * Notes at the card whose place it is that the kit it named handed the place on; the way from there
 * to here may have become long otherwise.
 */
async function handOn(card: string, from: string, { kitNo, commandId }: NonNullable<Kit['successor']>, { tenant }: Scope): Promise<void> {
  const named = { _id: card, 'successor.kitNo': from }
  await kitsOf(tenant).updateOne(named, { $set: { 'successor.kitNo': kitNo, 'successor.commandId': commandId }, $inc: { version: 1 } })
}
