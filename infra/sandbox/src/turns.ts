// One after the other: work on the same key waits for its turn.

export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Runs `work` when all earlier work of this key has ended, well or not. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    let end: () => void = () => undefined
    const mine = new Promise<void>((resolve) => {
      end = resolve
    })
    this.#last.set(key, mine)
    try {
      await before
      return await work()
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key)
      end()
    }
  }
}
