// What the parts of the demo journey share: cards as they are printed, and waiting for what comes
// with an event.
import { type Dcms, DcmsError, type ResultOf } from '@dcms/sdk'
import type { Operator } from '../operator/operator.ts'
import type { DemoPartners } from './demo-partners.ts'
import type { DemoCustomer } from './demo-registration.ts'
import type { EventWatch } from './event-watch.ts'
import type { JourneyReport } from './journey-report.ts'

const PROJECTION_WAIT_MS = 10_000
const PROJECTION_POLL_MS = 20
export const EVENT_WAIT_MS = 15_000

/** What each part of the journey works with. */
export interface Demo {
  report: JourneyReport
  /** A client of ACME_BANK. */
  dcms: Dcms
  operator: Operator
  watch: EventWatch
  /** The control API of the simulated partners, for ACME_BANK. */
  partners: DemoPartners
  customer: DemoCustomer
}

export type KitShown = ResultOf<'register'>['kitInfo'][number]
export type Card = Pick<KitShown, 'kitNo' | 'cardNumber' | 'cardStatus' | 'productId'>

export function cardOf(kit: Card | undefined, wanted?: string): Record<string, string> {
  if (!kit) throw new Error('the card is not there')
  const { kitNo, cardNumber, cardStatus, productId } = kit
  if (wanted !== undefined && cardStatus !== wanted) throw new Error(`the card is ${cardStatus}, not ${wanted}`)
  return { kitNo, cardNumber, cardStatus, productId }
}

/** What is worth printing of an answer that issues cards. */
export const issued = ({ entityId, kitInfo = [] }: { entityId?: string; kitInfo?: KitShown[] }): object => ({
  entityId,
  cards: kitInfo.map((kit) => ({ ...cardOf(kit), expDate: kit.expDate.slice(0, 10) })),
})

/**
 * What the other context knows comes with an event: until that took effect the card is unknown
 * there.
 */
export const untilKnown = <Result>(ask: () => Promise<Result>): Promise<Result> => untilSo(ask, () => true)

/** Asks again until the answer is `so`; a card that is unknown so far is asked for again, too. */
export async function untilSo<Result>(ask: () => Promise<Result>, so: (result: Result) => boolean): Promise<Result> {
  const until = performance.now() + PROJECTION_WAIT_MS
  for (;;) {
    try {
      const result = await ask()
      if (so(result)) return result
      if (performance.now() > until) throw new Error('it did not come to pass in time')
    } catch (error) {
      if (!(error instanceof DcmsError && error.errorCode === 'MCC007') || performance.now() > until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, PROJECTION_POLL_MS))
  }
}
