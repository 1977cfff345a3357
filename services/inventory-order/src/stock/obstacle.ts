// What keeps a kit from leaving the stock of a branch.
import type { Tenant } from '@dcms/service'
import { dayOf } from '../bank-time.ts'
import { standsIn } from './ledger.ts'
import type { StockKit } from './stock-kit.ts'

/**
 * `HELD`: a registration is handing it out at this moment. `SENT_BACK`: it is RETURNED, and so not
 * there.
 */
export type Obstacle = 'ELSEWHERE' | 'EXPIRED' | 'ALLOCATED' | 'HELD' | 'SENT_BACK'

type Seen = Pick<StockKit, 'branchId' | 'kitStatus' | 'expDate' | 'hold' | 'entries'>

/** When and on whose calendar it is asked. */
export interface Today {
  now: Date
  /** `YYYY-MM-DD` in the bank's time zone. */
  day: string
}

/** @param now the instant that the answer is about */
export const todayOf = ({ definition }: Pick<Tenant, 'definition'>, now: Date): Today => ({ now, day: dayOf(now, definition.timeZone) })

export const isHeld = ({ hold }: Pick<StockKit, 'hold'>, now: Date): boolean => hold !== undefined && hold.until > now

/** Null for a kit that is free: nobody has it, and it can be handed out or moved. */
export function obstacleOf(kit: Seen, { now, day }: Today, branchId = kit.branchId): Obstacle | null {
  if (kit.branchId !== branchId) return 'ELSEWHERE'
  if (kit.kitStatus === 'EXPIRED_CARD' || kit.expDate < day) return 'EXPIRED'
  if (kit.kitStatus !== 'UNALLOCATED') return 'ALLOCATED'
  if (isHeld(kit, now)) return 'HELD'
  return standsIn(kit.entries) === null ? 'SENT_BACK' : null
}
