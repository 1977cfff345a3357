// Kits as this process has just stored them: whoever confirms one here at once need not read it.
import type { Tenant } from '@dcms/service'
import type { Kit } from '../kit.ts'

/** For all banks; beyond that the oldest are forgotten, and read when they are confirmed. */
const KITS_MAX = 1_000
/** The caller confirms within the call that reserved. */
const KEPT_MS = 5_000

/**
 * A kit is given out once and for a short time only. It may have changed in the store meanwhile: it
 * is for updates that match its version.
 */
export class JustReserved {
  readonly #kits = new Map<string, { kit: Kit; atMs: number }>()
  readonly #nowMs: () => number

  /** `nowMs` is a clock that only goes forward. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
  }

  add(tenant: Pick<Tenant, 'id'>, kit: Kit): void {
    this.#kits.set(nameOf(tenant, kit._id), { kit, atMs: this.#nowMs() })
    const [oldest] = this.#kits.keys()
    if (this.#kits.size > KITS_MAX && oldest !== undefined) this.#kits.delete(oldest)
  }

  take(tenant: Pick<Tenant, 'id'>, kitNo: string): Kit | undefined {
    const name = nameOf(tenant, kitNo)
    const kept = this.#kits.get(name)
    this.#kits.delete(name)
    return kept && this.#nowMs() - kept.atMs < KEPT_MS ? kept.kit : undefined
  }
}

const nameOf = ({ id }: Pick<Tenant, 'id'>, kitNo: string): string => `${id} ${kitNo}`
