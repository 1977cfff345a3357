// Numbering: kit numbers and PANs from counters that are leased in blocks, so that no number is given twice by any process.
import type { Hsm, Pan, PanRange } from '@dcms/card-crypto'
import type { Product } from '@dcms/contract'
import { isDuplicateKey, type Tenant } from '@dcms/service'
import type { Connection } from 'mongoose'

const BLOCK = 1_000
const FIRST_KIT_NO = 4_240_000_001
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

/** Numbers cards of all tenants. What is left of a block when the process ends is never used; ranges are far larger. */
export function cardNumbering(database: Connection, hsm: Hsm) {
  const counters = database.collection<Counter>('counters')
  const leasing = new Map<string, Promise<Block>>()

  /** The counter is placed first: of two upserts at once the engine may let both begin at zero, which would give numbers twice. */
  const lease = async (name: string): Promise<Block> => {
    for (;;) {
      const counter = await counters.findOneAndUpdate({ _id: name }, { $inc: { next: BLOCK } }, { returnDocument: 'after' })
      if (counter) return { next: counter.next - BLOCK, end: counter.next }
      await counters.insertOne({ _id: name, next: 0 }).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error // placed by another process meanwhile
      })
    }
  }

  /** The next value of a counter: 0, 1, 2 … over all processes. */
  const nextOf = async (name: string): Promise<number> => {
    for (;;) {
      const leased = leasing.get(name)
      const block = leased && (await leased)
      if (block && block.next < block.end) return block.next++
      if (leasing.get(name) !== leased) continue // somebody leased the next block while this call waited
      const fresh = lease(name)
      leasing.set(name, fresh)
      await fresh.catch((error: unknown) => {
        leasing.delete(name)
        throw error
      })
    }
  }

  return {
    /** A kit number and a PAN of the product's BIN. @throws CardCryptoError `range.exhausted` when the BIN's range is used up */
    async number(tenant: Tenant, product: Product): Promise<NumberedCard> {
      const range = rangeOf(tenant, product)
      const pan = await hsm.numberPan(
        tenant.id,
        range,
        await nextOf(`${tenant.id}/pan/${range.bin}/${range.rangeStart}/${range.rangeSize}`),
      )
      return { kitNo: String(FIRST_KIT_NO + (await nextOf(`${tenant.id}/kit`))), pan }
    },
  }
}

/** The part of the BIN that is numbered here: as the tenant says, otherwise the lower nine tenths (the rest is for numbers from files). */
export function rangeOf(
  tenant: Pick<Tenant, 'id' | 'definition'>,
  product: Pick<Product, 'bin' | 'productId'>,
): PanRange & { rangeStart: number; rangeSize: number } {
  const bin = tenant.definition.bins.find((each) => each.bin === product.bin)
  if (!bin) throw new Error(`product ${product.productId} of ${tenant.id} names a BIN that is not defined`)
  const panLength = bin.panLength ?? PAN_LENGTH
  const room = 10 ** (panLength - bin.bin.length - 1)
  return { bin: bin.bin, panLength, rangeStart: bin.numbered?.start ?? 0, rangeSize: bin.numbered?.size ?? (room / 10) * 9 }
}
