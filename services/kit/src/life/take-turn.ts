// One command at a time where no single document stands for what must not be done twice. A turn
// ends by itself when its process dies.
import { place, type Scope, turnsOf } from '@dcms/service'

/** Far longer than a command runs. */
const TURN_MS = 15_000

/** True when the turn is this command's now; false while another one has it. */
export async function takeTurn(turn: string, { tenant, commandId }: Pick<Scope, 'tenant' | 'commandId'>): Promise<boolean> {
  const turns = turnsOf(tenant)
  const expiresAt = new Date(Date.now() + TURN_MS)
  if ((await place(turns, { _id: turn, holder: commandId, expiresAt })) === 'placed') return true
  const held = await turns.findById(turn).lean()
  if (!held || held.expiresAt.getTime() > Date.now()) return false
  const taken = await turns.updateOne({ _id: turn, expiresAt: held.expiresAt }, { $set: { holder: commandId, expiresAt } })
  return taken.matchedCount === 1
}

export async function giveTurnBack(turn: string, { tenant, commandId }: Pick<Scope, 'tenant' | 'commandId'>): Promise<void> {
  await turnsOf(tenant).deleteOne({ _id: turn, holder: commandId })
}
