// A bounded queue with a share for each of many: whoever sends much waits for itself alone.

/** Takes turns between shares; within a share, first come, first served. */
export class FairQueue<Entry> {
  readonly #perShareMax: number
  /**
   * In the order of their turns: a Map keeps the order of insertion. Only shares with something in
   * them.
   */
  readonly #shares = new Map<string, Entry[]>()

  constructor(perShareMax: number) {
    this.#perShareMax = perShareMax
  }

  /** False when the share is full. */
  add(share: string, entry: Entry): boolean {
    const entries = this.#shares.get(share)
    if (entries === undefined) this.#shares.set(share, [entry])
    else if (entries.length >= this.#perShareMax) return false
    else entries.push(entry)
    return true
  }

  /** The next in turn; undefined when nothing waits. */
  take(): Entry | undefined {
    for (const [share, entries] of this.#shares) {
      this.#shares.delete(share)
      const entry = entries.shift()
      if (entries.length > 0) this.#shares.set(share, entries)
      return entry
    }
    return undefined
  }
}
