// A core banking system for tests: accounts in memory, each reference done once, and failing in the
// ways that a test asks for.
import { type CoreBanking, CoreBankingUnavailable, type Debit, type Outcome } from '../src/core-banking.ts'

/**
 * `unheard`: the call never arrives. `unanswered`: it is done and its answer lost. `late`: it
 * arrives when the test says so.
 */
export type Failing = 'unheard' | 'unanswered' | 'late'
type Asked = 'debit' | 'enquire' | 'reverse'

const lost = () => new CoreBankingUnavailable('no answer')

export class OwnCoreBanking implements CoreBanking {
  readonly #done = new Map<string, { debit?: Debit; outcome: Outcome }>()
  readonly #failing: { asked: Asked; how: Failing }[] = []
  readonly #late: (() => unknown)[] = []
  /** Paise of each account; others have as much as is asked for. */
  readonly funds = new Map<string, number>()
  /** All calls that were made, in their order. */
  readonly asked: Asked[] = []
  /** Which calls fail by chance, for tests with random faults; none when absent. */
  chance: (() => Failing | null) | undefined

  /** The next call of its kind fails so; several in turn. */
  fail(asked: Asked, ...how: Failing[]): void {
    this.#failing.push(...how.map((each) => ({ asked, how: each })))
  }

  healed(): void {
    this.#failing.length = 0
    this.chance = undefined
  }

  /** Calls that were late arrive. */
  deliver(): void {
    for (const arrive of this.#late.splice(0)) arrive()
  }

  /** What the accounts have paid, all together. */
  get paidPaise(): number {
    return [...this.#done.values()].reduce(
      (sum, { debit, outcome }) => sum + (outcome.kind === 'applied' ? (debit?.amountPaise ?? 0) : 0),
      0,
    )
  }

  debit(_tenant: unknown, debit: Debit): Promise<Outcome> {
    return this.#call('debit', () => this.#debit(debit))
  }

  enquire(_tenant: unknown, reference: string): Promise<Outcome | null> {
    return this.#call('enquire', () => this.#done.get(reference)?.outcome ?? null)
  }

  reverse(_tenant: unknown, reference: string): Promise<void> {
    return this.#call('reverse', () => {
      const known = this.#done.get(reference)
      if (known?.outcome.kind === 'refused') return
      if (known?.debit && known.outcome.kind === 'applied') this.#add(known.debit.accountNo, known.debit.amountPaise)
      this.#done.set(reference, { ...known, outcome: { kind: 'reversed' } })
    })
  }

  #debit(debit: Debit): Outcome {
    const known = this.#done.get(debit.reference)
    if (known) return known.outcome
    const available = this.funds.get(debit.accountNo) ?? Number.POSITIVE_INFINITY
    const outcome: Outcome = available < debit.amountPaise ? { kind: 'refused', code: 'funds.insufficient' } : { kind: 'applied' }
    if (outcome.kind === 'applied') this.#add(debit.accountNo, -debit.amountPaise)
    this.#done.set(debit.reference, { debit, outcome })
    return outcome
  }

  #add(accountNo: string, paise: number): void {
    const available = this.funds.get(accountNo)
    if (available !== undefined) this.funds.set(accountNo, available + paise)
  }

  async #call<Result>(asked: Asked, act: () => Result): Promise<Result> {
    this.asked.push(asked)
    const at = this.#failing.findIndex((each) => each.asked === asked)
    const how = at < 0 ? this.chance?.() : this.#failing.splice(at, 1)[0]?.how
    await Promise.resolve() // an answer takes its time
    if (how === 'unheard') throw lost()
    if (how === 'late') {
      this.#late.push(act)
      throw lost()
    }
    const result = act()
    if (how === 'unanswered') throw lost()
    return result
  }
}
