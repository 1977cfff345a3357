// Holds BINs while a definition with them is applied: no two banks are given the same numbers, in
// whichever gateway processes they are applied.
import { setTimeout as sleep } from 'node:timers/promises'
import { place } from '@dcms/service'
import type { mongo } from 'mongoose'

/** BINs that lie within each other share their first digits. */
const PREFIX_LENGTH = 6
/** A process that died is waited for this long; clocks of gateways may differ by minutes. */
const LEASE_MS = 10 * 60_000
/** What is done under the lock must have been begun by then, far from the end of the lease. */
const WORK_MS_MAX = 30_000
const WAIT_MS_MAX = 5_000
const POLL_MS = 50

/** `_id` is the first six digits of the BINs that are held. */
export interface BinLockDocument {
  _id: string
  holder: string
  until: Date
}

/**
 * Runs something while no other process applies BINs with these first six digits. Locks are taken
 * in order, so that two cannot wait for each other.
 * @param holder unique for this attempt
 * @param run gets a look at whether the locks are still surely held, to be asked right before the
 * write
 * @returns `busy` when another held them for too long
 */
export async function holdingBins<Result>(
  locks: mongo.Collection<BinLockDocument>,
  bins: readonly string[],
  holder: string,
  run: (areHeld: () => boolean) => Promise<Result>,
): Promise<Result | 'busy'> {
  const prefixes = [...new Set(bins.map((bin) => bin.slice(0, PREFIX_LENGTH)))].sort()
  const begun = performance.now()
  try {
    for (const prefix of prefixes) if (!(await hold(locks, prefix, holder, begun + WAIT_MS_MAX))) return 'busy'
    return await run(() => performance.now() - begun < WORK_MS_MAX)
  } finally {
    if (prefixes.length > 0) await locks.deleteMany({ _id: { $in: prefixes }, holder })
  }
}

async function hold(locks: mongo.Collection<BinLockDocument>, _id: string, holder: string, waitUntil: number): Promise<boolean> {
  for (;;) {
    const now = new Date()
    const lock = { holder, until: new Date(now.getTime() + LEASE_MS) }
    const { modifiedCount } = await locks.updateOne({ _id, until: { $lt: now } }, { $set: lock }) // of a process that died
    if (modifiedCount === 1 || (await place(locks, { _id, ...lock })) === 'placed') return true
    if (performance.now() > waitUntil) return false
    await sleep(POLL_MS)
  }
}
