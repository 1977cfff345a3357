// The sweep that follows a rotation of the data key: document numbers that stand under an earlier version are wrapped anew, within the HSM.
import type { Hsm } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { type KycVault, keyVersionOfDocuments } from './kyc-vault.ts'

const EVERY_MS = 5_000
const CUSTOMERS_AT_ONCE = 200

/**
 * Either form is read at any time, so nobody waits for this; a customer that changes meanwhile is taken again at the next run. One that fails is
 * passed over, so that it does not hold up those behind it; the sweep then fails, after all the others were taken.
 */
export const rewrapDocuments = (hsm: Hsm, kyc: KycVault): Sweep => ({
  name: 'rewrap documents',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    const inUse = await hsm.currentVersion(tenant.id, 'data')
    const faults: { entityId: string; error: unknown }[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const customers: Customer[] = await underEarlierKey(tenant, inUse, after)
      for (const customer of customers)
        await rewrapOf(tenant, customer, kyc).catch((error: unknown) => faults.push({ entityId: customer._id, error }))
      after = customers.length === CUSTOMERS_AT_ONCE ? customers.at(-1)?._id : undefined
    }
    const [first] = faults
    if (first)
      throw new Error(`documents of ${faults.length} customers stay under an earlier key, ${first.entityId} among them`, {
        cause: first.error,
      })
  },
})

const underEarlierKey = (tenant: Tenant, inUse: number, after: string): Promise<Customer[]> =>
  customersOf(tenant)
    .find({ _id: { $gt: after }, kycKeyVersion: { $lt: inUse } }, withoutOutbox)
    .sort({ _id: 1 })
    .limit(CUSTOMERS_AT_ONCE)
    .lean<Customer[]>()

async function rewrapOf(tenant: Tenant, { _id, version, kycInfo }: Customer, kyc: KycVault): Promise<void> {
  const rewrapped = await kyc.rewrap(tenant, _id, kycInfo)
  await customersOf(tenant).updateOne(
    { _id, version },
    { $set: { kycInfo: rewrapped, kycKeyVersion: keyVersionOfDocuments(rewrapped) }, $inc: { version: 1 } },
  )
}
