// One run at a time for a bank, be it a call's or a job's. A turn ends by itself when its process
// dies.
import { randomUUID } from 'node:crypto'
import { place, type Tenant, turnsOf } from '@dcms/service'

/** Longer than a page of orders takes, each of which may take as long as the partner may. */
const TURN_MS = 60_000

export interface Turn {
  /** @throws when the turn has run out and is another's */
  prolong(): Promise<void>
  giveBack(): Promise<void>
}

/** Null while somebody else has it. */
export async function takeTurn(tenant: Tenant, name: string): Promise<Turn | null> {
  const turns = turnsOf(tenant)
  const holder = randomUUID()
  const until = () => new Date(Date.now() + TURN_MS)
  const turn: Turn = {
    async prolong() {
      const { matchedCount } = await turns.updateOne({ _id: name, holder }, { $set: { expiresAt: until() } })
      if (matchedCount === 0) throw new Error(`the turn ${name} is another’s`)
    },
    async giveBack() {
      await turns.deleteOne({ _id: name, holder })
    },
  }
  if ((await place(turns, { _id: name, holder, expiresAt: until() })) === 'placed') return turn
  const taken = await turns.updateOne({ _id: name, expiresAt: { $lte: new Date() } }, { $set: { holder, expiresAt: until() } })
  return taken.matchedCount === 1 ? turn : null
}
