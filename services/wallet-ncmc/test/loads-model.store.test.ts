// Random loads of one wallet, with repeats, loads at once, and a core banking system that loses
// calls and answers: at every moment balances are what the entries come to, and in the end the
// account has paid what is staged, no more and no less.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { moveEntries } from '../src/move-entries.ts'
import { settleLoads } from '../src/settle-loads.ts'
import type { Failing } from './own-core-banking.ts'
import { type Answered, WalletBank } from './wallet-bank.ts'
import { walletFaults } from './wallet-faults.ts'

const MAX_PAISE = 200_000
const RUNS = 12
const MINUTE_MS = 60_000

let bank: WalletBank
beforeAll(async () => {
  bank = await WalletBank.start()
})
afterAll(() => bank.close())

type Step =
  | { kind: 'loads'; loads: readonly { txn: number; rupees: number }[] }
  | { kind: 'settle'; minutes: number }
  | { kind: 'move' }
  | { kind: 'deliver' }

const load = fc.record({ txn: fc.nat({ max: 12 }), rupees: fc.integer({ min: 1, max: 900 }) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('loads' as const), loads: fc.array(load, { minLength: 1, maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), minutes: fc.constantFrom(0, 1, 20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
)
const failings = fc.infiniteStream(fc.option(fc.constantFrom<Failing>('unheard', 'unanswered', 'late'), { freq: 2 }))

/** Codes that say for ever what became of a txnId. */
const isFinal = ({ status, code }: Answered): boolean => status === 200 || code === 'TX0051' || code === 'TX0057'

test(
  'whatever comes in whatever order, nothing is lost, doubled or over the maximum',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), failings, async (steps, failing) => {
        const kitNo = bank.issue()
        const own = `${kitNo}-${Math.random().toString(36).slice(2)}`
        const account = bank.accountOf(kitNo)
        const funds = 150_000
        bank.coreBanking.funds.set(account, funds)
        bank.coreBanking.chance = () => failing.next().value ?? null
        /** The first data and the first final answer of each txnId. */
        const known = new Map<number, { rupees: number; answered?: Answered }>()
        const expectSound = async (): Promise<void> =>
          expect(walletFaults(await bank.purse(kitNo), await bank.entries(kitNo), MAX_PAISE)).toEqual([])
        const one = async ({ txn, rupees }: { txn: number; rupees: number }): Promise<void> => {
          const first = known.get(txn) ?? { rupees }
          known.set(txn, first)
          const answered = await bank.load(kitNo, `${own}-${txn}`, String(rupees))
          if (first.rupees !== rupees) return expect(answered).toMatchObject({ status: 409, code: 'TX0094' })
          if (first.answered) return expect(answered).toEqual(first.answered)
          if (isFinal(answered)) first.answered = answered
        }
        await one({ txn: 99, rupees: 1 }) // so that there is a purse
        for (const each of steps) {
          // Among loads at once only those of one txnId with one amount tell which came first.
          if (each.kind === 'loads') {
            const ofOne = new Map(each.loads.map((wanted) => [wanted.txn, wanted]))
            await Promise.all([...ofOne.values()].map(one))
          }
          if (each.kind === 'settle')
            await bank.sweep(settleLoads(bank.coreBanking, () => Date.now() + each.minutes * MINUTE_MS)).catch(() => undefined)
          if (each.kind === 'move') await bank.sweep(moveEntries(() => Date.now() + MINUTE_MS))
          if (each.kind === 'deliver') bank.coreBanking.deliver()
          await expectSound()
        }
        bank.coreBanking.healed()
        bank.coreBanking.deliver()
        await bank.sweep(settleLoads(bank.coreBanking, () => Date.now() + MINUTE_MS))
        await expectSound()
        const { openLoads, stagedPaise } = await bank.purse(kitNo)
        expect(openLoads).toEqual([])
        expect(funds - (bank.coreBanking.funds.get(account) ?? 0)).toBe(stagedPaise)
        for (const [txn, { rupees, answered }] of known) {
          const again = await bank.load(kitNo, `${own}-${txn}`, String(rupees))
          if (answered) expect(again).toEqual(answered)
        }
        await expectSound()
      }),
      { numRuns: RUNS },
    ),
  240_000,
)
