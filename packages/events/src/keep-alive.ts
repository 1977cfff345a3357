// Keeping a member in its group while it works on a batch, however long that takes, and giving the
// place up when nothing moves.

/**
 * How often the group hears of a member while it works. The client sends at most one per heartbeat
 * interval.
 */
const BEAT_EVERY_MS = 1_000
/**
 * When no event of a batch came to an end for so long, the member is taken for hung and leaves its
 * partitions to others.
 */
const STILL_MAX_MS = 120_000
/**
 * The group waits for a member that has to join anew; what is not done by then is done again by
 * whoever gets it.
 */
const END_WITHIN_MS = 5_000

export interface KeptAlive {
  /** Whether the group still takes this member for the owner. */
  readonly holds: boolean
  /** Something came to an end: the batch is not hung. */
  moved(): void
}

/**
 * Runs the work on a batch with heartbeats on a timer beside it: a store that stands still costs no
 * place in the group.
 * @throws what the group answered to a heartbeat, once the work has stopped; or that the work is
 * hung
 */
export async function keepAlive(
  heartbeat: () => Promise<void>,
  work: (alive: KeptAlive) => Promise<void>,
  stillMaxMs = STILL_MAX_MS,
): Promise<void> {
  let lost: { error: unknown } | undefined
  let movedAtMs = performance.now()
  const hung = Promise.withResolvers<never>()
  hung.promise.catch(() => undefined) // it may be rejected when the work has just ended
  const timer = setInterval(() => {
    if (performance.now() - movedAtMs > stillMaxMs) {
      lost ??= { error: new Error(`no event came to an end within ${stillMaxMs} ms`) }
      hung.reject(lost.error)
    } else if (!lost) {
      heartbeat().catch((error: unknown) => {
        if (!endsMembership(error)) return
        lost = { error }
        setTimeout(() => hung.reject(error), END_WITHIN_MS).unref()
      })
    }
  }, BEAT_EVERY_MS)
  const alive = {
    get holds() {
      return lost === undefined
    },
    moved() {
      movedAtMs = performance.now()
    },
  }
  try {
    await Promise.race([work(alive), hung.promise])
  } finally {
    clearInterval(timer)
  }
  if (lost) throw (lost as { error: unknown }).error
}

/**
 * By these answers the group has gone on without this member; a connection that failed says nothing
 * of that kind.
 */
function endsMembership(error: unknown): boolean {
  const type: unknown = error instanceof Error && 'type' in error ? error.type : undefined
  return (
    typeof type === 'string' &&
    ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP'].includes(type)
  )
}
