// The part of the demo journey about jobs: a run by hand, by a date to come, and the event it
// leaves.
import { type Demo, EVENT_WAIT_MS } from './demo-cards.ts'

const JOB = 'notice-renewals'
const DAYS_BEFORE = 20
const DAY_MS = 86_400_000

/** `kitNo`: a card in use. It tells of the demo's other cards too, once each: no status changes. */
export async function showNotices({ report, dcms, operator, watch, customer: { entityId } }: Demo, kitNo: string): Promise<void> {
  const card = (await dcms.fetchKitsByEntityId({ entityId })).find((kit) => kit.kitNo === kitNo)
  const asOf = new Date(Date.parse(card?.expDate ?? '') - DAYS_BEFORE * DAY_MS).toISOString()
  await report.step(
    'An operator has ending cards noticed, by a date to come',
    `dcms jobs run ${JOB} --tenant ACME_BANK --as-of ${asOf.slice(0, 10)} --wait`,
    async () => {
      const run = await operator.jobs.run('ACME_BANK', JOB, asOf)
      const { error, ...ended } = await operator.jobs.ended({ ...run, tenant: 'ACME_BANK', job: JOB })
      if (error !== undefined) throw new Error(`the run failed: ${error}`)
      return { startedBy: ended.startedBy, asOf: ended.asOf, ...ended.counts }
    },
  )
  await report.step('The event it leaves, once per card', `KitRenewalDue of ${kitNo} on dcms.kit`, async () => {
    const { topic, type, sequence, payload } = await watch.next('KitRenewalDue', kitNo, EVENT_WAIT_MS)
    return { topic, type, sequence, cardStatus: payload.cardStatus, expDate: payload.expDate }
  })
}
