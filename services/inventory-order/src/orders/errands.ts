// What goes through many orders, by a call or by a job: one at a time for a bank.
import type { JobRun, Scope } from '@dcms/service'
import type { Errand } from './orders-in-turn.ts'
import { takeTurn } from './take-turn.ts'

/** Left to answer in, of the time that the caller waits; a page of orders may be under way. */
const ANSWER_MS = 4_000

/**
 * An errand of a caller: it ends in time for the answer, and the job does what is left. A user of
 * one branch has it done for the orders of that one.
 */
export const ofCall = (scope: Scope): Errand => ({
  tenant: scope.tenant,
  ...(scope.branch !== undefined && { branch: scope.branch }),
  scopeOf: (commandId) => scope.ofCommand(commandId),
  note: () => Promise.resolve(),
  isEnough: () => scope.deadlineAtMs !== undefined && Date.now() > scope.deadlineAtMs - ANSWER_MS,
})

/** @param done what the counts of the run call orders that were done */
export function ofJob(run: JobRun, done: string): Errand {
  const before = run.counts
  return {
    tenant: run.tenant,
    scopeOf: run.scopeOf,
    note: (counted, left) =>
      run.note(undefined, { [done]: (before[done] ?? 0) + counted, ...(left > 0 && { left: (before.left ?? 0) + left }) }),
  }
}

/**
 * Does the errand unless it is under way already. What is done for one branch keeps nobody from
 * doing it for the whole bank.
 * @returns whether it was done
 */
export async function inTurn(name: string, errand: Errand, run: (errand: Errand) => Promise<void>): Promise<boolean> {
  const turn = await takeTurn(errand.tenant, errand.branch === undefined ? name : `${name} of ${errand.branch}`)
  if (!turn) return false
  try {
    await run({
      ...errand,
      async note(done, left) {
        await turn.prolong()
        await errand.note(done, left)
      },
    })
    return true
  } finally {
    await turn.giveBack()
  }
}
