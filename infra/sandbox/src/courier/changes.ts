// The feed of shipment changes: what has happened by the tenant's time is written down in order,
// once, with numbers that have no gap.
import type { Collection } from 'mongoose'
import { idOf, type Store } from '../store.ts'
import type { TenantStates } from '../tenant-state.ts'
import { Turns } from '../turns.ts'
import type { Shipment, ShipmentStatus } from './shipment.ts'

/** Shipments that are moved in one go. */
const BATCH = 500
/** Width of a number in an `_id`. */
const DIGITS = 12

export interface Change {
  _id: string
  tenant: string
  /** Place in the tenant's feed, from 1; a cursor is the number of the last change seen. */
  number: number
  waybillNo: string
  refNo: string
  kitNo: string
  /** Place among the changes of this shipment, from 1. */
  sequence: number
  status: ShipmentStatus
  at: Date
}

export class Changes {
  readonly #shipments: Collection<Shipment>
  readonly #changes: Collection<Change>
  readonly #states: TenantStates
  readonly #turns = new Turns()

  constructor(store: Store, states: TenantStates) {
    this.#shipments = store.collection<Shipment>('shipments')
    this.#changes = store.collection<Change>('shipmentChanges')
    this.#states = states
  }

  /** Whatever changes shipments or the feed of a tenant, one after the other. */
  exclusively<Result>(tenant: string, work: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(tenant, work)
  }

  /** Brings the feed up to `now`; to be called `exclusively`. */
  async bringUpTo(tenant: string, now: Date): Promise<void> {
    for (;;) {
      const due = await this.#shipments
        .find({ tenant, nextAt: { $lte: now } })
        .sort({ nextAt: 1 })
        .limit(BATCH)
        .toArray()
      if (due.length === 0) return
      // What lies behind the last of a full batch may be earlier than later steps of this one:
      // those wait for the next batch.
      const until = due.length < BATCH ? now : (due.at(-1)?.nextAt ?? now)
      await this.#writeDown(tenant, due, until)
    }
  }

  /** Up to `limit` changes after a number, in order. */
  after(tenant: string, number: number, limit: number): Promise<Change[]> {
    return this.#changes
      .find({ tenant, number: { $gt: number } })
      .sort({ number: 1 })
      .limit(limit)
      .toArray()
  }

  /** Forgets the changes, not the last number: who has a cursor must not miss what comes next. */
  async forget(tenant: string): Promise<void> {
    await this.#states.set(tenant, { 'numbers.change': await this.#lastNumber(tenant) })
    await this.#changes.deleteMany({ tenant })
  }

  /**
   * The feed itself says what was written down already, so that a process that died between the two
   * writes repeats nothing. The `_id` is the number: a second sandbox on the same store could not
   * give one out twice.
   */
  async #writeDown(tenant: string, due: readonly Shipment[], until: Date): Promise<void> {
    const sequences = await this.#sequencesOf(tenant, due)
    const happened = due
      .flatMap(({ waybillNo, refNo, kitNo, steps }) =>
        steps.map(({ status, at }, position) => ({ tenant, waybillNo, refNo, kitNo, sequence: position + 1, status, at })),
      )
      .filter(({ waybillNo, sequence, at }) => at <= until && sequence > (sequences.get(waybillNo) ?? 0))
      .sort((left, right) => left.at.getTime() - right.at.getTime())
    if (happened.length > 0) {
      const last = await this.#lastNumber(tenant)
      await this.#changes.insertMany(
        happened.map((change, position) => {
          const number = last + 1 + position
          return { ...change, _id: idOf(tenant, String(number).padStart(DIGITS, '0')), number }
        }),
        { ordered: true },
      )
    }
    await this.#shipments.bulkWrite(
      due.map(({ _id, steps }) => {
        const next = steps.find(({ at }) => at > until)
        return { updateOne: { filter: { _id }, update: next ? { $set: { nextAt: next.at } } : { $unset: { nextAt: '' } } } }
      }),
    )
  }

  async #sequencesOf(tenant: string, shipments: readonly Shipment[]): Promise<Map<string, number>> {
    const waybillNos = shipments.map(({ waybillNo }) => waybillNo)
    const written = await this.#changes.find({ tenant, waybillNo: { $in: waybillNos } }).toArray()
    const sequences = new Map<string, number>()
    for (const { waybillNo, sequence } of written) sequences.set(waybillNo, Math.max(sequence, sequences.get(waybillNo) ?? 0))
    return sequences
  }

  async #lastNumber(tenant: string): Promise<number> {
    const last = await this.#changes.findOne({ tenant }, { sort: { number: -1 } })
    return last?.number ?? (await this.#states.read(tenant)).numbers.change ?? 0
  }
}
