// Cards to measure with, issued the way a bank does it: customers registered over the API with five
// cards each.
import { demoRegistration } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import type { BankAccess } from './load.ts'
import type { Running } from './running.ts'
import { withStore } from './surroundings.ts'

const CARDS_PER_CUSTOMER = 5
const CUSTOMERS_AT_ONCE = 12
/** A slow machine gets fewer kits, so that a bench stays within its time. */
const ISSUE_MS_MAX = 50_000
const CAUGHT_UP_WAIT_MS = 60_000
const CAUGHT_UP_POLL_MS = 100

export interface IssuedKit {
  kitNo: string
  entityId: string
}

export const clientOf = ({ baseUrl, tenant, username, password, clientKeys }: BankAccess): Dcms =>
  new Dcms({ baseUrl, tenant, username, password, keys: { clientKeys } })

/**
 * Issues so many kits, some more to fill a customer, or fewer when it takes too long; none of them
 * activated.
 */
export async function issueKits(dcms: Dcms, count: number, { goOn, progress }: Running): Promise<IssuedKit[]> {
  const begun = performance.now()
  const issued: IssuedKit[] = []
  const customers = Math.ceil(count / CARDS_PER_CUSTOMER)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < customers && performance.now() - begun < ISSUE_MS_MAX; at = next++) {
      goOn()
      const registration = demoRegistration(`BENCH-${at}`)
      const card = { accountNo: '8642135', cardType: 'VIRTUAL' as const }
      const { entityId, kitInfo } = await dcms.register({
        ...registration,
        kitInfo: Array.from({ length: CARDS_PER_CUSTOMER }, () => card),
      })
      for (const { kitNo } of kitInfo) issued.push({ kitNo, entityId })
    }
  }
  await Promise.all(Array.from({ length: CUSTOMERS_AT_ONCE }, worker))
  progress(`kits: ${issued.length} issued in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  return issued
}

/** Returns when every kit of the list stands in the collection of the follower. */
export async function whenKnown(mongoUrl: string, database: string, collection: string, count: number, { goOn }: Running): Promise<void> {
  await withStore(mongoUrl, async (client) => {
    const followers = client.db(database).collection(collection)
    for (const until = performance.now() + CAUGHT_UP_WAIT_MS; (await followers.countDocuments()) < count; ) {
      goOn()
      if (performance.now() > until) throw new Error(`${database}.${collection} did not learn of all ${count} kits`)
      await new Promise((resolve) => setTimeout(resolve, CAUGHT_UP_POLL_MS))
    }
  })
}
