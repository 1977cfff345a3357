// Work of a bank within its share and its deadline: what waits counts, what nobody waits for any
// more is not begun.
import { ServiceUnavailable } from '../commands/decision.ts'
import type { TenantShares } from './tenant-shares.ts'

/**
 * Milliseconds that the caller still waits, as it sent the call: clocks of processes need not
 * agree.
 */
export const TIME_LEFT_HEADER = 'x-dcms-time-left-ms'
/** What any caller gets; also one that says nothing. */
export const TIME_LEFT_MS_MAX = 10_000

/**
 * Refused before anything was begun: a repeat is safe, and there is nothing to tell but the count.
 */
export class NotBegun extends ServiceUnavailable {}

export interface ShareUse {
  shares: TenantShares
  tenant: string
  /** Time of day in milliseconds after which nobody waits for it. */
  deadlineAtMs: number
}

/**
 * Runs the work when the bank has a place.
 * @throws NotBegun when too much of this bank waits, or the deadline passes before there is a place
 */
export async function withinShare<Result>(
  { shares, tenant, deadlineAtMs }: ShareUse,
  work: (msLeft: number) => Promise<Result>,
): Promise<Result> {
  await untilPlace(shares, tenant, deadlineAtMs)
  try {
    const msLeft = deadlineAtMs - Date.now()
    if (msLeft <= 0) throw tooLate(shares)
    return await work(msLeft)
  } finally {
    shares.leave(tenant)
  }
}

function untilPlace(shares: TenantShares, tenant: string, deadlineAtMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let isGivenUp = false
    let hasBegun = false
    let late: NodeJS.Timeout | undefined
    const begin = (): void => {
      hasBegun = true
      clearTimeout(late)
      resolve()
    }
    if (!shares.enter(tenant, { begin, isGivenUp: () => isGivenUp })) {
      reject(new NotBegun(`${shares.name}: too much of this bank waits already`))
      return
    }
    if (hasBegun) return
    late = setTimeout(
      () => {
        isGivenUp = true
        reject(tooLate(shares))
      },
      Math.max(0, deadlineAtMs - Date.now()),
    )
    late.unref()
  })
}

function tooLate(shares: TenantShares): NotBegun {
  shares.countRefused()
  return new NotBegun(`${shares.name}: the time for it was over before it began`)
}
