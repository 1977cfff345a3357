// Numbering: kit numbers and PANs from counters that are leased in blocks, so that no number is
// given twice by any process.
import type { Hsm, Pan, PanRange } from '@dcms/card-crypto'
import type { Product, TenantDefinition } from '@dcms/contract'
import { place, type Tenant } from '@dcms/service'
import type { Connection } from 'mongoose'

const BLOCK_MAX = 1_000
/**
 * What is left of a block when a process ends is never used: at most this part of what is left of
 * the range.
 */
const PART_OF_RANGE = 10_000
const FIRST_KIT_NO = 4_240_000_001
/** Far enough below the first kit number that no parent kit ever has the number of a kit. */
const FIRST_PARENT_KIT_NO = 1_400_000_001
/** Up to here kit numbers are given here; more cards no bank ever has. */
const LAST_KIT_NO = 5_239_999_999
const PAN_LENGTH = 16

interface Counter {
  _id: string
  next: number
}

interface Block {
  next: number
  end: number
}

export interface NumberedCard {
  kitNo: string
  pan: Pan
}

export type CardNumbering = ReturnType<typeof cardNumbering>

/**
 * Numbers cards of all tenants. What is left of a block when the process ends is never used; blocks
 * are small beside their range.
 */
export function cardNumbering(database: Connection, hsm: Hsm) {
  const counters = database.collection<Counter>('counters')
  const leasing = new Map<string, Promise<Block | null>>()

  /**
   * The next block of a counter; null when the range has none left. The counter is placed first: of
   * two upserts at once the engine may let both begin at zero, which would give numbers twice.
   */
  const lease = async (name: string, size: number, reached: number | undefined): Promise<Block | null> => {
    for (let known = reached; ; known = undefined) {
      const next = known ?? (await counters.findOne({ _id: name }))?.next ?? 0
      if (next >= size) return null
      const block = blockOf(size - next)
      const counter = await counters.findOneAndUpdate(
        { _id: name, next: { $lt: size } },
        { $inc: { next: block } },
        { returnDocument: 'after' },
      )
      if (counter) return { next: counter.next - block, end: Math.min(counter.next, size) }
      await place(counters, { _id: name, next: 0 }) // it is there when another process was faster, or when it is used up
    }
  }

  /**
   * The next value of a counter: 0, 1, 2 … below `size`, over all processes; null when they are
   * used up.
   */
  const nextOf = async (name: string, size: number): Promise<number | null> => {
    for (;;) {
      const leased = leasing.get(name)
      const block = leased && (await leased)
      if (block && block.next < block.end) return block.next++
      if (leasing.get(name) !== leased) continue // somebody leased the next block while this call waited
      const fresh = lease(name, size, block?.end)
      leasing.set(name, fresh)
      const got = await fresh.catch((error: unknown) => {
        leasing.delete(name)
        throw error
      })
      if (got) continue
      leasing.delete(name)
      return null
    }
  }

  /**
   * The first of `count` values in a row of a counter; null when fewer are left below `size`. For
   * whole batches: nothing of it is kept in this process.
   */
  const leaseRow = async (name: string, size: number, count: number): Promise<number | null> => {
    const take = () =>
      counters.findOneAndUpdate({ _id: name, next: { $lte: size - count } }, { $inc: { next: count } }, { returnDocument: 'after' })
    let counter = await take()
    if (!counter) {
      await place(counters, { _id: name, next: 0 }) // it is there when another process was faster, or when too few are left
      counter = await take()
    }
    return counter && counter.next - count
  }

  return {
    /**
     * Numbers for a batch of kits: positions in the range and in the counters of kits and parent
     * kits, in rows. Null when the range has fewer left.
     */
    async leaseBatch(tenant: Pick<Tenant, 'id'>, range: NumberedRange, { kits, parents }: { kits: number; parents: number }) {
      const panFrom = await leaseRow(counterOf(tenant, range), range.rangeSize, kits)
      if (panFrom === null) return null
      const unbounded = Number.MAX_SAFE_INTEGER
      const [kitFrom, parentFrom] = await Promise.all([
        leaseRow(`${tenant.id}/kit`, unbounded, kits),
        parents === 0 ? 0 : leaseRow(`${tenant.id}/parent-kit`, unbounded, parents),
      ])
      if (kitFrom === null || parentFrom === null) throw new Error(`${tenant.id} has no kit numbers left`)
      return { panFrom, kitFrom, parentFrom }
    },

    /** How many numbers of one range no process has leased yet. */
    async leftIn(tenant: Pick<Tenant, 'id'>, range: NumberedRange): Promise<number> {
      return Math.max(0, range.rangeSize - ((await counters.findOne({ _id: counterOf(tenant, range) }))?.next ?? 0))
    },

    /** The card numbers at positions of a leased row. */
    pansOf: (tenant: Pick<Tenant, 'id'>, range: NumberedRange, from: number, count: number): Promise<Pan[]> =>
      hsm.numberPans(tenant.id, range, from, count),

    /** A kit number and a PAN of the product's BIN; null when the BIN's range is used up. */
    async number(tenant: Tenant, product: Product): Promise<NumberedCard | null> {
      const range = rangeOf(tenant, product)
      const position = await nextOf(counterOf(tenant, range), range.rangeSize)
      if (position === null) return null
      const pan = await hsm.numberPan(tenant.id, range, position)
      const kitPosition = await nextOf(`${tenant.id}/kit`, Number.MAX_SAFE_INTEGER)
      if (kitPosition === null) throw new Error(`${tenant.id} has no kit numbers left`)
      return { kitNo: kitNoAt(kitPosition), pan }
    },

    /**
     * How many numbers of each BIN that a product names no process has leased yet. One look at the
     * store for all tenants.
     */
    async left(tenants: readonly Tenant[]): Promise<{ tenant: string; bin: string; left: number }[]> {
      const ranges = tenants.flatMap((tenant) => rangesOf(tenant).map((range) => ({ tenant, range, name: counterOf(tenant, range) })))
      const stored = await counters.find({ _id: { $in: ranges.map(({ name }) => name) } }).toArray()
      const next = new Map(stored.map((counter) => [counter._id, counter.next]))
      return ranges.map(({ tenant, range, name }) => ({
        tenant: tenant.id,
        bin: range.bin,
        left: Math.max(0, range.rangeSize - (next.get(name) ?? 0)),
      }))
    },
  }
}

/**
 * Toward the end of a range numbers are leased one by one, so that several processes use up even a
 * small one.
 */
export const blockOf = (left: number): number => Math.min(BLOCK_MAX, Math.max(1, Math.floor(left / PART_OF_RANGE)))

export const kitNoAt = (position: number): string => String(FIRST_KIT_NO + position)
export const parentKitNoAt = (position: number): string => String(FIRST_PARENT_KIT_NO + position)

/** Whether a kit, or a parent kit, may ever get this number here: it cannot come in a file then. */
export function isKitNoOfHere(kitNo: string): boolean {
  const number = /^[1-9]\d*$/.test(kitNo) ? Number(kitNo) : 0
  return number >= FIRST_PARENT_KIT_NO && number <= LAST_KIT_NO
}

/** What is numbered of a BIN: as plain numbers, fit to be stored. */
export type NumberedRange = PanRange & { rangeStart: number; rangeSize: number }

const counterOf = ({ id }: Pick<Tenant, 'id'>, { bin, rangeStart, rangeSize }: NumberedRange): string =>
  `${id}/pan/${bin}/${rangeStart}/${rangeSize}`

/** Of the BINs that cards are still issued from. */
function rangesOf(tenant: Tenant): NumberedRange[] {
  const products = tenant.definition.products.filter(({ retired }) => !retired)
  return tenant.definition.bins.flatMap(({ bin }) => {
    const product = products.find((each) => each.bin === bin)
    return product ? [rangeOf(tenant, product)] : []
  })
}

type Bin = TenantDefinition['bins'][number]

export const panLengthOf = ({ panLength = PAN_LENGTH }: Bin): number => panLength

function numberedOf(bin: Bin): { start: number; size: number } {
  const room = 10 ** (panLengthOf(bin) - bin.bin.length - 1)
  return bin.numbered ?? { start: 0, size: (room / 10) * 9 }
}

/**
 * The part of the BIN that is numbered here: as the tenant says, otherwise the lower nine tenths
 * (the rest is for numbers from files).
 */
export function rangeOf(tenant: Pick<Tenant, 'id' | 'definition'>, product: Pick<Product, 'bin' | 'productId'>): NumberedRange {
  const bin = tenant.definition.bins.find((each) => each.bin === product.bin)
  if (!bin) throw new Error(`product ${product.productId} of ${tenant.id} names a BIN that is not defined`)
  const { start, size } = numberedOf(bin)
  return { bin: bin.bin, panLength: panLengthOf(bin), rangeStart: start, rangeSize: size }
}

/**
 * Whether card numbers with this serial come in files: as the bank says, otherwise all that are not
 * numbered here.
 */
export function isForFiles(bin: Bin, serial: number): boolean {
  const isIn = ({ start, size }: { start: number; size: number }): boolean => serial >= start && serial < start + size
  return bin.files ? isIn(bin.files) : !isIn(numberedOf(bin))
}
