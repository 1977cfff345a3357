// What all workers of a gateway count together, in memory that all of them see: which messages were
// taken, and how many calls each bank may still make.
import { randomBytes } from 'node:crypto'
import type { Bucket } from '../exchange/limit-rate.ts'
import { halfSipHash } from '../pipeline/half-sip-hash.ts'
import { IAT_TOLERANCE_SECONDS, SLOT_SECONDS } from '../pipeline/replay-guard.ts'
import type { BucketFor } from '../tenants/tenants.ts'
import { SharedLock } from './shared-lock.ts'

/** Banks of one installation that have a row. */
const BANKS_MAX = 10_000
/**
 * Messages of all banks that are remembered at once, 16 bytes each: what 50,000 calls a second
 * leave in five minutes.
 */
export const MESSAGES_MAX = 16 * 1024 * 1024
export const MESSAGE_WORDS = 4
/**
 * Lists of messages, found by their hash. So many messages may also wait in lists that nobody has
 * walked since they went out of date.
 */
const LISTS = 256 * 1024

/** As many slots as a bank's messages can go out of date in, one that is just over included. */
export const SLOTS = Math.ceil((2 * IAT_TOLERANCE_SECONDS) / SLOT_SECONDS) + 3

/** Words of `control`; the lock is the first. */
export const control = { lock: 0, banks: 1, messagesUsed: 2, firstFree: 3, words: 4 } as const
/** Words of a bank's row: the hash of its name, then its messages by slot. */
export const bankRow = { low: 0, high: 1, oldestSlot: 2, counts: 3, words: 3 + SLOTS } as const

/** Made by the lead, handed to each worker. */
export interface SharedMemory {
  readonly control: SharedArrayBuffer
  readonly banks: SharedArrayBuffer
  /** Two numbers per bank: a bucket. */
  readonly buckets: SharedArrayBuffer
  readonly lists: SharedArrayBuffer
  /** Grows as it is needed. */
  readonly messages: SharedArrayBuffer
  /** Secret: nobody can choose texts that fall into one list. */
  readonly hashKey: Uint32Array
  readonly sinceMs: number
}

/** @param lists a power of two */
export function newSharedMemory(nowMs: number, lists = LISTS): SharedMemory {
  const random = randomBytes(8)
  return {
    control: new SharedArrayBuffer(control.words * Int32Array.BYTES_PER_ELEMENT),
    banks: new SharedArrayBuffer(BANKS_MAX * bankRow.words * Uint32Array.BYTES_PER_ELEMENT),
    buckets: new SharedArrayBuffer(BANKS_MAX * 2 * Float64Array.BYTES_PER_ELEMENT),
    lists: new SharedArrayBuffer(lists * Uint32Array.BYTES_PER_ELEMENT),
    messages: new SharedArrayBuffer(0, { maxByteLength: MESSAGES_MAX * MESSAGE_WORDS * Uint32Array.BYTES_PER_ELEMENT }),
    hashKey: Uint32Array.of(random.readUInt32LE(0), random.readUInt32LE(4)),
    sinceMs: nowMs,
  }
}

/** The rows of banks, as one thread sees them. */
export class SharedBanks {
  readonly lock: SharedLock
  readonly #control: Uint32Array
  readonly #rows: Uint32Array
  readonly #hashKey: Uint32Array
  readonly #hash = new Uint32Array(2)
  readonly #numbers = new Map<string, number>()
  readonly #buckets: Float64Array

  /** @param thread see `SharedLock` */
  constructor(memory: SharedMemory, thread: number) {
    this.lock = new SharedLock(new Int32Array(memory.control), thread)
    this.#control = new Uint32Array(memory.control)
    this.#rows = new Uint32Array(memory.banks)
    this.#buckets = new Float64Array(memory.buckets)
    this.#hashKey = memory.hashKey
  }

  /** The row of a bank, the same in all threads. */
  numberOf(tenantId: string): number {
    const known = this.#numbers.get(tenantId)
    if (known !== undefined) return known
    halfSipHash(tenantId, this.#hashKey, this.#hash)
    this.lock.acquire()
    try {
      const number = this.#found(this.#hash[0] ?? 0, this.#hash[1] ?? 0)
      this.#numbers.set(tenantId, number)
      return number
    } finally {
      this.lock.release()
    }
  }

  #found(low: number, high: number): number {
    const rows = this.#rows
    const count = this.#control[control.banks] ?? 0
    for (let number = 0; number < count; number++) {
      const at = number * bankRow.words
      if (rows[at + bankRow.low] === low && rows[at + bankRow.high] === high) return number
    }
    if (count === BANKS_MAX) throw new Error(`workers of a gateway count the calls of ${BANKS_MAX} banks, not of more`)
    rows[count * bankRow.words + bankRow.low] = low
    rows[count * bankRow.words + bankRow.high] = high
    this.#control[control.banks] = count + 1
    return count
  }

  /** The bucket of a bank's calls, filled by whichever thread is the first to ask. */
  readonly bucketFor: BucketFor = (tenantId, { burst }, nowMs) => {
    const bucket = new SharedBucket(this.#buckets, this.numberOf(tenantId), this.lock)
    this.lock.acquire()
    try {
      if (bucket.filledAtMs === 0) {
        bucket.calls = burst
        bucket.filledAtMs = nowMs
      }
    } finally {
      this.lock.release()
    }
    return bucket
  }
}

class SharedBucket implements Bucket {
  readonly #words: Float64Array
  readonly #at: number
  readonly lock: SharedLock

  constructor(words: Float64Array, bank: number, lock: SharedLock) {
    this.#words = words
    this.#at = bank * 2
    this.lock = lock
  }

  get calls(): number {
    return this.#words[this.#at] ?? 0
  }

  set calls(calls: number) {
    this.#words[this.#at] = calls
  }

  get filledAtMs(): number {
    return this.#words[this.#at + 1] ?? 0
  }

  set filledAtMs(ms: number) {
    this.#words[this.#at + 1] = ms
  }
}
