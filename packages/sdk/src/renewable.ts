// A value that runs out, such as a token: fetched once for all who wait, fetched anew before it
// ends or when it turned out bad.
export interface Expiring<Value> {
  value: Value
  /** When to fetch the next one, on the clock given to `Renewable`. */
  renewAtMs: number
}

/**
 * When to renew something that lives this long: early enough to never be late, even for short
 * lives.
 */
export const renewAfterMs = (lifeMs: number): number => Math.max(lifeMs - 60_000, lifeMs * 0.8)

export class Renewable<Value> {
  readonly #fetch: () => Promise<Expiring<Value>>
  readonly #nowMs: () => number
  #current: Expiring<Value> | undefined
  #underway: Promise<Expiring<Value>> | undefined

  constructor(fetch: () => Promise<Expiring<Value>>, nowMs: () => number) {
    this.#fetch = fetch
    this.#nowMs = nowMs
  }

  /**
   * The present value; however many wait, one fetch is under way. A failed fetch fails all who
   * waited for it and nobody later.
   */
  async get(): Promise<Value> {
    if (this.#current && this.#nowMs() < this.#current.renewAtMs) return this.#current.value
    this.#underway ??= this.#fetch()
      .then((fetched) => {
        this.#current = fetched
        return fetched
      })
      .finally(() => {
        this.#underway = undefined
      })
    return (await this.#underway).value
  }

  /**
   * Forgets a value that was refused, unless it was replaced in the meantime; without an argument,
   * whatever there is.
   */
  drop(refused?: Value): void {
    if (refused === undefined || this.#current?.value === refused) this.#current = undefined
  }
}
