// The stock of branches against its model: whatever is ordered, moved, handed out, withdrawn and
// delivered, in whatever order or at once, by processes that die and events that come twice, the
// ledger's sums hold, and no kit is in two branches or handed out twice.
// Rules: docs/rules.md#the-stock-ledger, docs/rules.md#kits-from-stock.
import { afterAll, beforeAll, test } from '@jest/globals'
import fc from 'fast-check'
import type { Death } from './dying.ts'
import { StockBank } from './stock-bank.ts'
import { type Doing, StockStory } from './stock-story.ts'

const STORIES = 12
const STEPS_MAX = 30
/** On a slow machine there are fewer stories. A failure is printed with its seed and path. */
const TELLING_MS = 15_000
const TIMEOUT_MS = 120_000

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

type Step = (story: StockStory) => Promise<void> | void
const of = <Value>(value: Value) => fc.constant(value)
const kits = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 })
const branch = fc.nat(2)
const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: of('transfer' as const), kits, to: branch, isBox: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: of('withdraw' as const), kits, isBox: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: of('deliver' as const),
      kits,
      status: fc.constantFrom('BANK', 'BANK', 'DELIVERED', 'IN_TRANSIT', 'RETURNED'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of('handOut' as const), kit: fc.nat(30) }) },
)
const death: fc.Arbitrary<Death | undefined> = fc.oneof(
  { weight: 2, arbitrary: of(undefined) },
  { weight: 2, arbitrary: fc.record({ kind: of('before' as const), write: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: of({ kind: 'within' } as const) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .record({ branch, count: fc.integer({ min: 1, max: 4 }), isVirtual: fc.boolean(), isOld: fc.boolean() })
      .map((order) => named(`order ${JSON.stringify(order)}`, (story) => story.order(order))),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.boolean(), death)
      .map(([count, isTwice, dies]) =>
        named(`hear ${JSON.stringify({ count, isTwice, dies })}`, (story) => story.hear(count, isTwice, dies)),
      ),
  },
  { weight: 1, arbitrary: fc.nat(30).map((which) => named(`hear again ${which}`, (story) => story.hearAgain(which))) },
  {
    weight: 8,
    arbitrary: fc.tuple(doing, death).map(([does, dies]) => named(JSON.stringify({ does, dies }), (story) => story.act([does], dies))),
  },
  {
    weight: 4,
    arbitrary: fc
      .array(doing, { minLength: 2, maxLength: 3 })
      .map((all) => named(`at once ${JSON.stringify(all)}`, (story) => story.act(all))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(10), fc.boolean())
      .map(([which, isConfirmed]) => named(`end ${which} ${isConfirmed}`, (story) => story.endRegistration(which, isConfirmed))),
  },
  { weight: 1, arbitrary: of(named('wait', (story) => story.wait())) },
  { weight: 2, arbitrary: death.map((dies) => named(`sweep ${JSON.stringify(dies)}`, (story) => story.sweep(dies))) },
  { weight: 1, arbitrary: of(named('tell withdrawals', (story) => story.tellWithdrawals())) },
  { weight: 1, arbitrary: of(named('expire old', (story) => story.expireOld())) },
)

/** A step that is printed as what it does. */
function named(name: string, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => name })
}

test(
  'every kit is where the model says, whatever is done, at once or by processes that die, and is told of once',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: STEPS_MAX, size: 'max' }), async (steps) => {
        const story = await StockStory.begin(bank)
        await story.order({ branch: 0, count: 4, isVirtual: false, isOld: false })
        await story.hear(2, false)
        for (const take of steps) await take(story)
        await story.end()
      }),
      { numRuns: STORIES, interruptAfterTimeLimit: TELLING_MS },
    )
  },
  TIMEOUT_MS,
)
