// The sweep that finishes issuing commands which a dead process left: forward to the cards, or back where a context refuses.
import type { InternalClient, Sweep } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { finishIssuing } from './issue-cards.ts'

const EVERY_MS = 3_000
// A command that still runs is left alone for this long; carrying on beside it would be harmless, only wasteful.
const LEFT_AFTER_MS = 6_000
const CUSTOMERS_PER_RUN = 200

export const finishIssuings = (kit: InternalClient): Sweep => ({
  name: 'finish issuings',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const leftBefore = new Date(Date.now() - LEFT_AFTER_MS)
    const customers = await customersOf(tenant)
      .find({ issuingAt: { $lt: leftBefore } }, withoutOutbox)
      .limit(CUSTOMERS_PER_RUN)
      .lean<Customer[]>()
    for (const customer of customers) {
      for (const { commandId, startedAt } of customer.issuing) {
        if (startedAt >= leftBefore) continue
        await finishIssuing(scopeOf(tenant, commandId), customer, commandId, kit) // overtaken: the next run sees what is left
      }
    }
  },
})
