// The stock said once more, in the fewest words: what each act makes of one kit. What the service
// stores is compared with it.
import { deliverySteps, HELD_FOR_MS } from '@dcms/contract'
import { standsIn } from '../src/stock/ledger.ts'
import type { StockKit } from '../src/stock/stock-kit.ts'

/** All that matters of a kit. */
export interface ModelKit {
  branchId: string
  /** Whether it counts in the stock of its branch. */
  isThere: boolean
  status: string
  /** Null for a virtual kit. */
  delivery: string | null
  hold: { by: string; untilMs: number } | null
}

export type Act =
  | { kind: 'transfer'; from: string; to: string }
  | { kind: 'withdraw' }
  | { kind: 'deliver'; status: string }
  | { kind: 'hold'; by: string }
  | { kind: 'release'; by: string }
  | { kind: 'told'; status: 'ASSIGNED' | 'EXPIRED_CARD' }

/** @returns the kit afterwards; the very same when the act cannot be done */
export function acted(kit: ModelKit, act: Act, nowMs: number): ModelKit {
  const isHeld = kit.hold !== null && kit.hold.untilMs > nowMs
  const isFree = kit.status === 'UNALLOCATED' && kit.isThere
  switch (act.kind) {
    case 'transfer':
      if (!isFree || isHeld || kit.branchId !== act.from) return kit
      return { ...kit, branchId: act.to, delivery: kit.delivery === null ? null : 'IN_TRANSIT', hold: null }
    case 'withdraw':
      return kit.status === 'UNALLOCATED' && !isHeld ? { ...kit, status: 'EXPIRED_CARD', isThere: false, hold: null } : kit
    case 'deliver':
      if (kit.delivery === null || !deliverySteps[kit.delivery]?.includes(act.status)) return kit
      return { ...kit, delivery: act.status, isThere: kit.status === 'UNALLOCATED' && act.status !== 'RETURNED' }
    case 'hold':
      if (!isFree || (isHeld && kit.hold?.by !== act.by) || kit.delivery === 'IN_TRANSIT' || kit.delivery === 'RETURNED') return kit
      return { ...kit, hold: { by: act.by, untilMs: nowMs + HELD_FOR_MS } }
    case 'release':
      return kit.hold?.by === act.by ? { ...kit, hold: null } : kit
    case 'told':
      return { ...kit, status: act.status, isThere: false, hold: null }
  }
}

/** What the service has stored of a kit. */
export const modelOf = ({ branchId, entries, kitStatus, deliveryStatus, hold }: StockKit): ModelKit => ({
  branchId,
  isThere: standsIn(entries) !== null,
  status: kitStatus,
  delivery: deliveryStatus ?? null,
  hold: hold ? { by: hold.commandId, untilMs: hold.until.getTime() } : null,
})

/** `isSure` false: it may not have been done. */
export interface Acting {
  act: Act
  isSure: boolean
}

/** What may have become of a kit by acts that came in no known order. */
export function outcomesOf(kit: ModelKit, acts: readonly Acting[], nowMs: number): ModelKit[] {
  if (acts.length === 0) return [kit]
  return acts.flatMap(({ act, isSure }, at) => {
    const others = acts.filter((_, position) => position !== at)
    const done = outcomesOf(acted(kit, act, nowMs), others, nowMs)
    return isSure ? done : [...done, ...outcomesOf(kit, others, nowMs)]
  })
}

interface Made {
  orderId: string
  status: 'UNALLOCATED' | 'ASSIGNED' | 'EXPIRED_CARD'
  /** The registration that is handing it out. */
  reservedBy?: string
  owner?: string
  sequence: number
}

/** The kit context in a few lines: one owner for each kit, and an event for what becomes of it. */
export class ModelKitContext {
  readonly kits = new Map<string, Made>()
  /** How it tells: `sequence` counts the events of one kit. */
  readonly tell: (kitNo: string, sequence: number, payload: { type: string; [member: string]: unknown }) => void

  constructor(tell: ModelKitContext['tell']) {
    this.tell = tell
  }

  make(kitNo: string, orderId: string): void {
    this.kits.set(kitNo, { orderId, status: 'UNALLOCATED', sequence: 0 })
  }

  /** Whether the registration may go on. */
  reserve(kitNo: string, registration: string): boolean {
    const kit = this.kits.get(kitNo)
    if (kit?.status !== 'UNALLOCATED' || (kit.reservedBy ?? registration) !== registration) return false
    kit.reservedBy = registration
    return true
  }

  /** The kit gets its owner, unless it was withdrawn or put back meanwhile. */
  confirm(kitNo: string, registration: string): void {
    const kit = this.kits.get(kitNo)
    if (kit?.status !== 'UNALLOCATED' || kit.reservedBy !== registration) return
    if (kit.owner !== undefined) throw new Error(`kit ${kitNo} is handed out twice`)
    kit.owner = registration
    this.#moved(kitNo, kit, 'ASSIGNED', { type: 'KitAssigned', entityId: registration, accountNo: `account of ${registration}` })
  }

  putBack(kitNo: string, registration: string): void {
    const kit = this.kits.get(kitNo)
    if (kit?.reservedBy === registration) delete kit.reservedBy
  }

  /** The stock says that it was withdrawn; said twice, it is done once. */
  withdraw(kitNo: string): void {
    const kit = this.kits.get(kitNo)
    if (kit?.status === 'UNALLOCATED') this.#moved(kitNo, kit, 'EXPIRED_CARD', { type: 'KitExpired', previousStatus: 'UNALLOCATED' })
  }

  #moved(kitNo: string, kit: Made, status: Made['status'], told: { type: string; [member: string]: unknown }): void {
    kit.status = status
    kit.sequence++
    this.tell(kitNo, kit.sequence, { ...told, kitNo, orderId: kit.orderId, cardStatus: status })
  }
}
