// What a bulk order is compared with: the documents that it brought into the store, inserted into
// empty collections with the same indexes by insertMany and nothing else.
import { createHash } from 'node:crypto'
import type { mongo } from 'mongoose'

const BATCH = 1_000

interface Stored {
  _id: string
}
type Documents = mongo.Collection<Stored>

/** A collection and its copy, which ends where the last order ended. */
interface Copy {
  from: Documents
  into: Documents
  last: string
}

/** All that cards in stock need: kit, reserved card number, entry in stock, box. */
export class BareCards {
  readonly #kits: Copy
  readonly #stock: Copy
  readonly #parents: Copy
  readonly #pans: Documents

  private constructor(kits: Copy, stock: Copy, parents: Copy, pans: Documents) {
    this.#kits = kits
    this.#stock = stock
    this.#parents = parents
    this.#pans = pans
  }

  static async prepare(copies: mongo.Db, { kit, inventory }: { kit: mongo.Db; inventory: mongo.Db }): Promise<BareCards> {
    const copyOf = async (database: mongo.Db, name: string): Promise<Copy> => {
      const [from, into] = [database.collection<Stored>(name), await copies.createCollection<Stored>(name)]
      const indexes = (await from.indexes()).filter((index) => index.name !== '_id_')
      if (indexes.length > 0)
        await into.createIndexes(
          indexes.map(({ key, partialFilterExpression }) => ({ key, ...(partialFilterExpression && { partialFilterExpression }) })),
        )
      return { from, into, last: '' }
    }
    const pans = await copies.createCollection<Stored>('pans') // has no index but that of its ids
    return new BareCards(await copyOf(kit, 'kits'), await copyOf(inventory, 'stock'), await copyOf(inventory, 'parents'), pans)
  }

  /**
   * Inserts what was stored since the last time, batch by batch, all collections at once.
   * @returns the seconds that the inserts took, without those of reading
   */
  async insertNext(cards: number, goOn: () => void): Promise<number> {
    let ms = 0
    const parents = await this.#parents.from.countDocuments({ _id: { $gt: this.#parents.last } })
    const parentsPerBatch = Math.max(1, Math.ceil((parents * BATCH) / cards))
    for (let done = 0; done < cards; done += BATCH) {
      goOn()
      const count = Math.min(BATCH, cards - done)
      const kits = await nextOf(this.#kits, count)
      if (kits.length !== count) throw new Error(`${kits.length} kits to insert, not ${count}`)
      const stock = await nextOf(this.#stock, count)
      const boxes = await nextOf(this.#parents, parentsPerBatch)
      const begun = performance.now()
      await Promise.all([
        insert(this.#pans, kits.map(reservationOf)),
        insert(this.#kits.into, kits),
        insert(this.#stock.into, stock),
        insert(this.#parents.into, boxes),
      ])
      ms += performance.now() - begun
    }
    return ms / 1_000
  }
}

async function nextOf(copy: Copy, count: number): Promise<Stored[]> {
  const found = await copy.from
    .find({ _id: { $gt: copy.last } })
    .sort({ _id: 1 })
    .limit(count)
    .batchSize(count)
    .toArray()
  copy.last = found.at(-1)?._id ?? copy.last
  return found
}

/** In its form and size: reserved card numbers are not found by their kits. */
const reservationOf = ({ _id: kitNo }: Stored) => ({
  _id: createHash('sha256').update(kitNo).digest('base64url'),
  kitNo,
  indexVersion: 1,
})

async function insert(into: Documents, documents: readonly Stored[]): Promise<void> {
  if (documents.length > 0) await into.insertMany(documents as never, { ordered: false })
}
