// The replay guard of a gateway with several workers: a `jti` that one of them took is refused by
// all.
import { halfSipHash } from '../pipeline/half-sip-hash.ts'
import { IAT_TOLERANCE_SECONDS, PER_TENANT_MAX, type Recorded, type Replays, SLOT_SECONDS } from '../pipeline/replay-guard.ts'
import { bankRow, control, MESSAGE_WORDS, MESSAGES_MAX, type SharedBanks, type SharedMemory, SLOTS } from './shared-memory.ts'

/** Growing takes about 10 µs. */
const GROW_BY_BYTES = 1024 * 1024
/** Turns the same `jti` of two banks into two messages: odd, so that no two banks agree. */
const BANK_FACTOR = 0x9e3779b1

/** Words of a remembered message. `next` counts from 1; 0 ends a list. */
const message = { low: 0, high: 1, slot: 2, next: 3 } as const

/**
 * The 64-bit keyed hashes of all banks' messages, in lists: what is out of date is taken out of a
 * list when it is walked to record another, and its place is used again. Changes of a list are
 * stores of one word, so that a thread that dies between two of them breaks none; the place of at
 * most one message is lost.
 *
 * A message is kept for one slot longer than its `iat` is taken, so that a worker that is held up
 * between reading the clock and recording finds what others recorded.
 */
export class SharedReplayGuard implements Replays {
  readonly #banks: SharedBanks
  readonly #hashKey: Uint32Array
  readonly #hash = new Uint32Array(2)
  readonly #control: Uint32Array
  readonly #rows: Uint32Array
  readonly #lists: Uint32Array
  readonly #memory: SharedArrayBuffer
  /** Follows the memory as it grows. */
  readonly #messages: Uint32Array
  readonly #perTenantMax: number

  constructor(memory: SharedMemory, banks: SharedBanks, perTenantMax: number = PER_TENANT_MAX) {
    this.#banks = banks
    this.#hashKey = memory.hashKey
    this.#control = new Uint32Array(memory.control)
    this.#rows = new Uint32Array(memory.banks)
    this.#lists = new Uint32Array(memory.lists)
    this.#memory = memory.messages
    this.#messages = new Uint32Array(memory.messages)
    this.#perTenantMax = perTenantMax
  }

  /** As `ReplayGuard`. */
  has(tenantId: string, jti: string, nowSeconds: number): boolean {
    const bank = this.#banks.numberOf(tenantId)
    this.#hashOf(bank, jti)
    this.#banks.lock.acquire()
    try {
      return this.#isListed(oldestSlotAt(nowSeconds))
    } finally {
      this.#banks.lock.release()
    }
  }

  /** As `ReplayGuard`. */
  record(tenantId: string, jti: string, iatSeconds: number, nowSeconds: number): Recorded {
    const bank = this.#banks.numberOf(tenantId)
    this.#hashOf(bank, jti)
    const slot = Math.floor((iatSeconds + IAT_TOLERANCE_SECONDS) / SLOT_SECONDS)
    this.#banks.lock.acquire()
    try {
      const oldestSlot = oldestSlotAt(nowSeconds)
      if (this.#isListed(oldestSlot)) return 'seen'
      const row = bank * bankRow.words
      if (this.#countOf(row, oldestSlot) >= this.#perTenantMax) return 'full'
      return this.#add(slot, row) ? 'fresh' : 'full'
    } finally {
      this.#banks.lock.release()
    }
  }

  /** Nothing to do: what is out of date makes room as messages are recorded. */
  expire(): void {}

  #hashOf(bank: number, jti: string): void {
    halfSipHash(jti, this.#hashKey, this.#hash)
    this.#hash[0] = (this.#hash[0] ?? 0) ^ Math.imul(bank, BANK_FACTOR)
  }

  /** Whether the message is in its list; what is out of date in there is taken out. */
  #isListed(oldestSlot: number): boolean {
    const low = this.#hash[0] ?? 0
    const high = this.#hash[1] ?? 0
    const lists = this.#lists
    const messages = this.#messages
    const list = low & (lists.length - 1)
    let before = -1
    let next = lists[list] ?? 0
    while (next !== 0) {
      const at = (next - 1) * MESSAGE_WORDS
      const after = messages[at + message.next] ?? 0
      if ((messages[at + message.slot] ?? 0) < oldestSlot) {
        if (before < 0) lists[list] = after
        else messages[before + message.next] = after
        this.#free(next)
      } else {
        if (messages[at + message.low] === low && messages[at + message.high] === high) return true
        before = at
      }
      next = after
    }
    return false
  }

  #free(number: number): void {
    this.#messages[(number - 1) * MESSAGE_WORDS + message.next] = this.#control[control.firstFree] ?? 0
    this.#control[control.firstFree] = number
  }

  /** The number of a place for a message, from 1; 0 when there is none. */
  #place(): number {
    const free = this.#control[control.firstFree] ?? 0
    if (free !== 0) {
      this.#control[control.firstFree] = this.#messages[(free - 1) * MESSAGE_WORDS + message.next] ?? 0
      return free
    }
    const used = this.#control[control.messagesUsed] ?? 0
    if (used >= MESSAGES_MAX) return 0
    if (used * MESSAGE_WORDS === this.#messages.length)
      this.#memory.grow(Math.min(this.#memory.byteLength + GROW_BY_BYTES, this.#memory.maxByteLength))
    this.#control[control.messagesUsed] = used + 1
    return used + 1
  }

  #add(slot: number, row: number): boolean {
    const number = this.#place()
    if (number === 0) return false
    const lists = this.#lists
    const messages = this.#messages
    const low = this.#hash[0] ?? 0
    const list = low & (lists.length - 1)
    const at = (number - 1) * MESSAGE_WORDS
    messages[at + message.low] = low
    messages[at + message.high] = this.#hash[1] ?? 0
    messages[at + message.slot] = slot
    messages[at + message.next] = lists[list] ?? 0
    lists[list] = number // from here on it is found
    const count = row + bankRow.counts + (slot % SLOTS)
    this.#rows[count] = (this.#rows[count] ?? 0) + 1
    return true
  }

  /** How many messages of a bank are remembered; what is out of date is taken off first. */
  #countOf(row: number, oldestSlot: number): number {
    const rows = this.#rows
    const before = rows[row + bankRow.oldestSlot] ?? 0
    for (let slot = Math.max(before, oldestSlot - SLOTS); slot < oldestSlot; slot++) rows[row + bankRow.counts + (slot % SLOTS)] = 0
    if (oldestSlot > before) rows[row + bankRow.oldestSlot] = oldestSlot
    let count = 0
    for (let at = row + bankRow.counts; at < row + bankRow.words; at++) count += rows[at] ?? 0
    return count
  }
}

const oldestSlotAt = (nowSeconds: number): number => Math.floor(nowSeconds / SLOT_SECONDS) - 1
