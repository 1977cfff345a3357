// The sweep that follows a rotation of the data key: document numbers that stand under an earlier version are wrapped anew, within the HSM.
import type { Hsm } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { type KycVault, keyVersionOfDocuments } from './kyc-vault.ts'

const EVERY_MS = 5_000
const CUSTOMERS_AT_ONCE = 200

/** Either form is read at any time, so nobody waits for this; a customer that changes meanwhile is taken again at the next run. */
export const rewrapDocuments = (hsm: Hsm, kyc: KycVault): Sweep => ({
  name: 'rewrap documents',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    let taken: number
    do {
      const customers = await underEarlierKey(tenant, await hsm.currentVersion(tenant.id, 'data'))
      for (const customer of customers) await rewrapOf(tenant, customer, kyc)
      taken = customers.length
    } while (taken === CUSTOMERS_AT_ONCE)
  },
})

const underEarlierKey = (tenant: Tenant, inUse: number): Promise<Customer[]> =>
  customersOf(tenant)
    .find({ kycKeyVersion: { $lt: inUse } }, withoutOutbox)
    .limit(CUSTOMERS_AT_ONCE)
    .lean<Customer[]>()

async function rewrapOf(tenant: Tenant, { _id, version, kycInfo }: Customer, kyc: KycVault): Promise<void> {
  const rewrapped = await kyc.rewrap(tenant, _id, kycInfo)
  await customersOf(tenant).updateOne(
    { _id, version },
    { $set: { kycInfo: rewrapped, kycKeyVersion: keyVersionOfDocuments(rewrapped) }, $inc: { version: 1 } },
  )
}
