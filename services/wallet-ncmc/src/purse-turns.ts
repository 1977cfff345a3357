// Changes of one purse in this process, one after the other: of many loads at once each waits for
// its turn instead of being overtaken again and again. What keeps the purse right is its version.
import type { Scope } from '@dcms/service'

const last = new Map<string, Promise<unknown>>()

/** Runs `work` when all earlier work on this purse has ended, well or not. */
export async function inTurn<Result>({ tenant }: Pick<Scope, 'tenant'>, kitNo: string, work: () => Promise<Result>): Promise<Result> {
  const key = `${tenant.id}/${kitNo}`
  const before = last.get(key)
  const mine = (before ?? Promise.resolve()).then(work, work)
  last.set(key, mine)
  try {
    return await mine
  } finally {
    if (last.get(key) === mine) last.delete(key)
  }
}
