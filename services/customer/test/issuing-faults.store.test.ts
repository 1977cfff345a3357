// Any sequence of card issues to one customer, with the kit context away or its answers lost
// anywhere in between, with sweeps and repeats: each call that was not refused issues its cards
// once in the end, and a call that was answered 503 before anything was begun issues none.
import { randomUUID } from 'node:crypto'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { finishIssuings } from '../src/finish-issuings.ts'
import { CustomerBank } from './customer-bank.ts'
import { account } from './customers.ts'

const SEQUENCES = 40
let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const faults = ['none', 'away at reserveKits', 'away at confirmKits', 'lost by reserveKits', 'lost by confirmKits'] as const
type Fault = (typeof faults)[number]
const step = fc.oneof(
  fc.record({ does: fc.constant('issue' as const), key: fc.constantFrom(undefined, 'A', 'B'), fault: fc.constantFrom(...faults) }),
  fc.constant({ does: 'sweep' as const }),
)

function meet(fault: Fault): void {
  const [how, , endpoint] = fault.split(' ')
  bank.isKitAway = false
  bank.lostAnswers = how === 'lost' ? endpoint : undefined
  bank.meanwhile = async (name) => {
    if (how === 'away' && name === endpoint) bank.isKitAway = true
  }
}

async function sweep(): Promise<void> {
  meet('none')
  const run = finishIssuings(bank.kit, createLogger('test', 'fatal'), () => Date.now() + 60 * 60_000)
  const scope = await bank.scope()
  await run.run((_tenant, commandId) => scope.ofCommand(commandId), bank.tenant())
}

const cardsOf = (entityId: string): string[] =>
  (bank.kits.ACME_BANK ?? []).filter((kit) => kit.entityId === entityId).map(({ kitNo }) => kitNo)

/** What a call under this key, or the calls without one, have come to. */
interface Begun {
  /** Noted with the customer, and its caller got an error. */
  isOpen: boolean
  /** Keys only: the answer, which is final. */
  kitNo?: string
}

/** What must come of a call: cards that are new, the card that was answered before, or none. */
function expected(begun: Begun, hasKey: boolean, fault: Fault): { status: number; issues: boolean } {
  if (hasKey && begun.kitNo !== undefined) return { status: 200, issues: false }
  const isAtReserve = fault.endsWith('reserveKits')
  if (fault === 'none' || (begun.isOpen && isAtReserve)) {
    const issues = !begun.isOpen
    begun.isOpen = false
    return { status: 200, issues }
  }
  if (isAtReserve || begun.isOpen) return { status: 503, issues: false }
  begun.isOpen = true
  return { status: 503, issues: true }
}

test('each call comes to its cards once, or to none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const entityId = `faults-${randomUUID()}`
      await bank.add(entityId, { accountInfo: [account('8642135', { defaultAccount: true })] })
      const calls: Record<string, Begun> = {}
      let issues = 0
      for (const each of steps) {
        if (each.does === 'sweep') {
          await sweep()
          continue
        }
        const { key, fault } = each
        calls[key ?? ''] ??= { isOpen: false }
        const begun = calls[key ?? ''] as Begun
        const must = expected(begun, key !== undefined, fault)
        meet(fault)
        const requestId = key && `${entityId}-${key}`
        const body = { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }], ...(requestId && { requestId }) }
        const answered = await bank.run('registerCard', body)
        expect({ ...each, status: answered.status }).toEqual({ ...each, status: must.status })
        if (must.issues) issues++
        if (answered.status !== 200) continue
        const kitNo = (answered.result as { kitInfo: { kitNo: string }[] }).kitInfo[0]?.kitNo ?? 'none'
        if (begun.kitNo !== undefined) expect(kitNo).toBe(begun.kitNo)
        if (key !== undefined) begun.kitNo = kitNo
        expect(cardsOf(entityId)).toContain(kitNo)
      }
      await sweep()
      expect(cardsOf(entityId)).toHaveLength(issues)
      expect(await bank.customer(entityId)).toMatchObject({ issuing: [] })
    }),
    { numRuns: SEQUENCES },
  )
}, 120_000)
