// The sweep that follows a rotation of the data key: document numbers that stand under an earlier
// version are wrapped anew, within the HSM.
import type { Hsm } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { type KycVault, keyVersionOfDocuments } from './kyc-vault.ts'

const EVERY_MS = 5_000
/** A rotation says so; this is for what a process wrote that had not noticed it. */
const IDLE_EVERY_MS = 60 * 60_000
const CUSTOMERS_AT_ONCE = 200
/** With more than this something is wrong with the key, not with the customers. */
const FAILED_MAX = 1_000

/**
 * Either form is read at any time, so nobody waits for this; a customer that changes meanwhile is
 * taken again at the next run. One that fails is passed over, so that it does not hold up those
 * behind it; the sweep then fails, after all the others were taken.
 */
export const rewrapDocuments = (hsm: Hsm, kyc: KycVault): Sweep => ({
  name: 'rewrap documents',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  async run(_scopeOf, tenant) {
    const inUse = await hsm.currentVersion(tenant.id, 'data')
    const failed = new Map<string, unknown>()
    let taken: number
    do {
      const customers = await underEarlierKey(tenant, inUse, [...failed.keys()]).lean<Customer[]>()
      for (const customer of customers)
        await rewrapOf(tenant, customer, kyc).catch((error: unknown) => {
          failed.set(customer._id, error)
        })
      taken = customers.length
    } while (taken === CUSTOMERS_AT_ONCE && failed.size < FAILED_MAX)
    const [first] = failed
    if (first)
      throw new Error(`documents of ${failed.size} customers are still under an earlier key, among them ${first[0]}`, { cause: first[1] })
  },
})

/**
 * Without `$exists` the store does not see that the partial index has them all, and looks at every
 * customer.
 */
export const underEarlierKey = (tenant: Tenant, inUse: number, except: readonly string[] = []) =>
  customersOf(tenant)
    .find({ kycKeyVersion: { $exists: true, $lt: inUse }, ...(except.length > 0 && { _id: { $nin: except } }) }, withoutOutbox)
    .limit(CUSTOMERS_AT_ONCE)

async function rewrapOf(tenant: Tenant, { _id, version, kycInfo }: Customer, kyc: KycVault): Promise<void> {
  const rewrapped = await kyc.rewrap(tenant, _id, kycInfo)
  await customersOf(tenant).updateOne(
    { _id, version },
    { $set: { kycInfo: rewrapped, kycKeyVersion: keyVersionOfDocuments(rewrapped) }, $inc: { version: 1 } },
  )
}
