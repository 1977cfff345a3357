// Remembers each `jti` for as long as its `iat` would be taken, so that no message counts twice.
import { randomBytes } from 'node:crypto'
import { halfSipHash } from './half-sip-hash.ts'

/** How far `iat` may be from the gateway's clock. */
export const IAT_TOLERANCE_SECONDS = 300
/** Messages go out of date by slots of this length. */
export const SLOT_SECONDS = 30
const SLOTS = Math.ceil((2 * IAT_TOLERANCE_SECONDS) / SLOT_SECONDS) + 2
const TABLE_ENTRIES_MIN = 64
/**
 * Messages of one tenant that are remembered at once: 64 MB at most, far above what a rate tier
 * lets through.
 */
export const PER_TENANT_MAX = 4_000_000

export type Recorded = 'fresh' | 'seen' | 'full'

/** What the pipeline asks, of this guard or of one that several threads share. */
export type Replays = Pick<ReplayGuard, 'has' | 'record' | 'expire'>

/**
 * Per tenant one table of 64-bit keyed hashes for every 30 seconds in which messages go out of
 * date; whole tables are dropped as time passes. A `jti` is found in whichever table it stands, so
 * it is refused with another `iat`, too.
 */
export class ReplayGuard {
  readonly #key: Uint32Array
  readonly #hash = new Uint32Array(2)
  readonly #tenants = new Map<string, TenantTables>()
  readonly #perTenantMax: number

  constructor(perTenantMax: number = PER_TENANT_MAX) {
    this.#perTenantMax = perTenantMax
    const random = randomBytes(8)
    this.#key = Uint32Array.of(random.readUInt32LE(0), random.readUInt32LE(4))
  }

  /** True when this `jti` was recorded and is still remembered. */
  has(tenantId: string, jti: string, nowSeconds: number): boolean {
    const tables = this.#tenants.get(tenantId)
    if (tables === undefined) return false
    halfSipHash(jti, this.#key, this.#hash)
    tables.dropBefore(Math.floor(nowSeconds / SLOT_SECONDS))
    return tables.has(this.#hash[0] ?? 0, this.#hash[1] ?? 0)
  }

  /**
   * Records a `jti` whose message was authentic and whose `iat` is within the tolerance. `full`:
   * the tenant's cap is reached.
   */
  record(tenantId: string, jti: string, iatSeconds: number, nowSeconds: number): Recorded {
    let tables = this.#tenants.get(tenantId)
    if (tables === undefined) {
      tables = new TenantTables()
      this.#tenants.set(tenantId, tables)
    }
    tables.dropBefore(Math.floor(nowSeconds / SLOT_SECONDS))
    halfSipHash(jti, this.#key, this.#hash)
    const low = this.#hash[0] ?? 0
    const high = this.#hash[1] ?? 0
    if (tables.has(low, high)) return 'seen'
    if (tables.size >= this.#perTenantMax) return 'full'
    tables.add(Math.floor((iatSeconds + IAT_TOLERANCE_SECONDS) / SLOT_SECONDS), low, high)
    return 'fresh'
  }

  /**
   * Frees what is out of date, of tenants without traffic too. To be called about every 30 seconds.
   */
  expire(nowSeconds: number): void {
    for (const [tenantId, tables] of this.#tenants) {
      tables.dropBefore(Math.floor(nowSeconds / SLOT_SECONDS))
      if (tables.size === 0) this.#tenants.delete(tenantId)
    }
  }
}

class TenantTables {
  readonly #tables: (JtiTable | undefined)[] = new Array(SLOTS).fill(undefined)
  #oldestSlot = 0
  size = 0

  has(low: number, high: number): boolean {
    for (const table of this.#tables) if (table?.has(low, high)) return true
    return false
  }

  add(slot: number, low: number, high: number): void {
    const position = slot % SLOTS
    let table = this.#tables[position]
    if (table === undefined) {
      // As large as the one before it has become: growing costs a rehash in the middle of traffic.
      table = new JtiTable(slot, this.#tables[(position + SLOTS - 1) % SLOTS]?.size ?? 0)
      this.#tables[position] = table
    }
    table.add(low, high)
    this.size++
  }

  /** Forgets the messages whose last valid second lies before the slot. */
  dropBefore(slot: number): void {
    if (slot <= this.#oldestSlot) return
    this.#oldestSlot = slot
    for (let position = 0; position < SLOTS; position++) {
      const table = this.#tables[position]
      if (table === undefined || table.slot >= slot) continue
      this.size -= table.size
      this.#tables[position] = undefined
    }
  }
}

/**
 * A set of 64-bit hashes: open addressing with linear probing in one typed array, at most half
 * full. Both words zero mean empty.
 */
class JtiTable {
  readonly slot: number
  size = 0
  #words: Uint32Array
  #mask: number

  constructor(slot: number, sizeExpected: number) {
    this.slot = slot
    let entries = TABLE_ENTRIES_MIN
    while (entries < sizeExpected * 2) entries *= 2
    this.#words = new Uint32Array(entries * 2)
    this.#mask = entries - 1
  }

  has(low: number, high: number): boolean {
    const words = this.#words
    for (let entry = low & this.#mask; ; entry = (entry + 1) & this.#mask) {
      const foundLow = words[entry * 2]
      const foundHigh = words[entry * 2 + 1]
      if (foundLow === low && foundHigh === high) return true
      if (foundLow === 0 && foundHigh === 0) return false
    }
  }

  add(low: number, high: number): void {
    if ((this.size + 1) * 2 > this.#mask + 1) this.#grow()
    this.#put(low, high)
    this.size++
  }

  #put(low: number, high: number): void {
    const words = this.#words
    let entry = low & this.#mask
    while (words[entry * 2] !== 0 || words[entry * 2 + 1] !== 0) entry = (entry + 1) & this.#mask
    words[entry * 2] = low
    words[entry * 2 + 1] = high
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Uint32Array(old.length * 2)
    this.#mask = this.#mask * 2 + 1
    for (let position = 0; position < old.length; position += 2) {
      const low = old[position] ?? 0
      const high = old[position + 1] ?? 0
      if (low !== 0 || high !== 0) this.#put(low, high)
    }
  }
}
