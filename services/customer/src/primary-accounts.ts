// At most one customer holds an account as primary. Who does stands with the customers; a small
// document per account keeps claims apart.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimsOf, place, ServiceUnavailable, type Tenant } from '@dcms/service'
import { type Customer, customersOf } from './customer.ts'

const TRIES_MAX = 40
/**
 * So long a command that has claimed and not written yet is waited for: far longer than it takes.
 */
const PATIENCE_TRIES = 4
const PAUSE_MS = 25

/**
 * One claim per account. It is never given back: a claim of a customer who does not hold the
 * account as primary is taken over.
 */
const claimIdOf = (accountNo: string): string => `primary-account ${accountNo}`

/**
 * Claims an account for a customer that is about to be written with it as primary. The write that
 * follows must be matched on the version of the customer read before, or create it.
 * @returns false when another customer holds it as primary
 * @throws ServiceUnavailable when others kept claiming it at the same time
 */
export async function claimPrimaryAccount(tenant: Tenant, accountNo: string, entityId: string): Promise<boolean> {
  const claims = claimsOf(tenant)
  const _id = claimIdOf(accountNo)
  const mine = { holder: entityId, claim: randomUUID() }
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    if ((await place(claims, { _id, ...mine })) === 'placed') return true
    const known = await claims.findById(_id).lean()
    if (!known) continue
    if (known.holder !== entityId) {
      const standing = await standingOf(tenant, accountNo, known.holder, tries <= PATIENCE_TRIES)
      if (standing === 'primary') return false
      if (standing === 'undecided') {
        await sleep(PAUSE_MS)
        continue
      }
    }
    const before = known.claim === undefined ? { claim: { $exists: false } } : { claim: known.claim }
    const taken = await claims.updateOne({ _id, holder: known.holder, ...before }, { $set: mine })
    if (taken.matchedCount === 1) return true
  }
  throw new ServiceUnavailable('others claim the same account at the same time')
}

/**
 * Whether a claim would be refused as things stand: asked before anything is done that is a pity to
 * take back.
 */
export async function isPrimaryOfAnother(tenant: Tenant, accountNo: string, entityId: string): Promise<boolean> {
  const known = await claimsOf(tenant).findById(claimIdOf(accountNo)).lean()
  if (!known || known.holder === entityId) return false
  return (await standingOf(tenant, accountNo, known.holder, true)) === 'primary'
}

/**
 * What a claim of another customer means. A customer who is not there, and one who does not hold
 * the account as primary, have given it up; but a command of theirs may be about to write. It is
 * waited for first; then their version is moved on, so that it is overtaken and claims anew.
 */
async function standingOf(
  tenant: Tenant,
  accountNo: string,
  entityId: string,
  isPatient: boolean,
): Promise<'primary' | 'undecided' | 'given up'> {
  const customers = customersOf(tenant)
  const holder = await customers.findById(entityId, { version: 1, accountInfo: 1 }).lean<Pick<Customer, 'version' | 'accountInfo'>>()
  if (!holder) return 'given up'
  if (holder.accountInfo.some((account) => account.accountNo === accountNo && account.isPrimary)) return 'primary'
  if (isPatient) return 'undecided'
  const moved = await customers.updateOne({ _id: entityId, version: holder.version }, { $inc: { version: 1 } })
  return moved.matchedCount === 1 ? 'given up' : 'undecided'
}
