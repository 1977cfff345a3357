// What the sandbox keeps of a tenant besides its partners' documents: the clock, the faults, the
// partners' rules, counters.
import { type GatheredStatements, gathering } from '@dcms/events'
import { isDuplicateKey } from '@dcms/service'
import type { Collection } from 'mongoose'
import type { Fault } from './fault.ts'
import type { Store } from './store.ts'

export interface TenantState {
  _id: string
  /** How far the tenant's clock is ahead of real time. */
  clockOffsetMs: number
  /** By partner. */
  faults: Readonly<Record<string, Fault>>
  /** By partner, in the partner's own form. */
  rules: Readonly<Record<string, unknown>>
  /** Counters by name. A reset leaves them: a cursor or a number given out never comes again. */
  numbers: Readonly<Record<string, number>>
}

/** Numbers that are taken from the store together. */
const BLOCK = 100

interface Block {
  next: number
  last: number
}

/** Whose counters are shared by all tenants; no tenant can have this name. */
export const everybody = '*'

export class TenantStates {
  readonly #states: Collection<TenantState>
  /** Calls side by side share a look at the store. */
  readonly #shared: GatheredStatements<TenantState>
  readonly #blocks = new Map<string, Promise<Block>>()

  constructor(store: Store) {
    this.#states = store.collection<TenantState>('tenants')
    this.#shared = gathering<TenantState>({})(this.#states)
  }

  /** A tenant that was never heard of has real time, no faults and no rules. */
  async read(tenant: string): Promise<TenantState> {
    const stored = await this.#shared.read(tenant)
    return { clockOffsetMs: 0, faults: {}, rules: {}, numbers: {}, ...stored, _id: tenant }
  }

  /** Sets fields by path. */
  set(tenant: string, fields: Readonly<Record<string, unknown>>): Promise<TenantState> {
    return this.#update(tenant, { $set: fields })
  }

  /** The next value of a counter, from 1. */
  async nextNumber(tenant: string, name: string): Promise<number> {
    return (await this.#update(tenant, { $inc: { [`numbers.${name}`]: 1 } })).numbers[name] ?? 0
  }

  /**
   * A higher number each time, from 1; what this process has not given out when it ends is skipped.
   */
  async higherNumber(tenant: string, name: string): Promise<number> {
    const key = `${tenant}/${name}`
    for (;;) {
      const asked = this.#blocks.get(key) ?? this.#takeBlock(tenant, name, key)
      const block = await asked
      if (block.next <= block.last) return block.next++
      if (this.#blocks.get(key) === asked) this.#blocks.delete(key)
    }
  }

  #takeBlock(tenant: string, name: string, key: string): Promise<Block> {
    const taken = this.#update(tenant, { $inc: { [`numbers.${name}`]: BLOCK } }).then(({ numbers }) => {
      const last = numbers[name] ?? 0
      return { next: last - BLOCK + 1, last }
    })
    this.#blocks.set(key, taken)
    taken.catch(() => this.#blocks.delete(key))
    return taken
  }

  advance(tenant: string, byMs: number): Promise<TenantState> {
    return this.#update(tenant, { $inc: { clockOffsetMs: byMs } })
  }

  /** Takes one of the calls that are to fail; null when others took them all. */
  async takeFailure(tenant: string, partner: string): Promise<Fault | null> {
    const state = await this.takeOne(tenant, `faults.${partner}.next.calls`)
    return state?.faults[partner] ?? null
  }

  /** Takes one off a number, by its path; null when others took it down to 0. */
  takeOne(tenant: string, path: string): Promise<TenantState | null> {
    return this.#states.findOneAndUpdate({ _id: tenant, [path]: { $gt: 0 } }, { $inc: { [path]: -1 } })
  }

  async #update(tenant: string, change: object): Promise<TenantState> {
    const apply = () => this.#states.findOneAndUpdate({ _id: tenant }, change, { upsert: true, returnDocument: 'after' })
    try {
      return { clockOffsetMs: 0, faults: {}, rules: {}, numbers: {}, ...(await apply()), _id: tenant }
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      return { clockOffsetMs: 0, faults: {}, rules: {}, numbers: {}, ...(await apply()), _id: tenant } // made by another call just now
    }
  }
}

/** The tenant's time. */
export const nowOf = (state: TenantState): Date => new Date(Date.now() + state.clockOffsetMs)
