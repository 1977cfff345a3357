// Changing a customer's accounts and linking further ones. Contract:
// packages/contract/src/customer/update-account.ts.
import { isDeepStrictEqual } from 'node:util'
import {
  type AccountChange,
  type AccountsChanged,
  accountsOfCustomerMax,
  kitsOfEntityEndpoint,
  traitsOf,
  updateAccountEndpoint,
} from '@dcms/contract'
import { answer, command, type Decision, type InternalClient, refuse, type Scope, unchanged } from '@dcms/service'
import { type Account, type Customer, customersOf, readActiveCustomer } from './customer.ts'
import { foreignScheme } from './foreign-scheme.ts'
import { claimPrimaryAccount } from './primary-accounts.ts'

/**
 * What other documents have a say in comes before the write: cards, when an account is closed, and
 * other holders, when one becomes primary. A card that is activated between the two is no worse off
 * than one whose account is closed at the bank a moment later.
 */
export const updateAccount = (kit: InternalClient) =>
  command(updateAccountEndpoint, async ({ entityId, accountInfo }, scope) => {
    const customer = await readActiveCustomer(scope.tenant, entityId)
    if (!customer) return refuse('CUS001')
    if (customer.commandIds.includes(scope.commandId)) return answer({ entityId }) // done before, its answer was lost
    const foreign = foreignScheme(accountInfo, scope.tenant.definition)
    if (foreign) return foreign
    const decision = decideAccounts(customer, accountInfo, scope.tenant.definition.currency, scope.now)
    if (decision.kind === 'changed') {
      const after = decision.set.accountInfo ?? []
      const closed = accountNosThat(after, customer.accountInfo, ({ accountStatus }) => accountStatus === 'CLOSED')
      if (closed.length > 0 && (await isOnActiveCard(closed, entityId, scope, kit))) return refuse('card.status.active')
      for (const accountNo of accountNosThat(after, customer.accountInfo, ({ isPrimary }) => isPrimary))
        if (!(await claimPrimaryAccount(scope.tenant, accountNo, entityId))) return refuse('invalid.source.account')
    }
    return scope.commit(customersOf, customer, decision, { entityId })
  })

/**
 * The accounts as they stand afterwards. Whatever is sent, exactly one of them is the default
 * account.
 */
export function decideAccounts(
  customer: Pick<Customer, '_id' | 'accountInfo'>,
  changes: readonly AccountChange[],
  currency: string,
  now: Date,
): Decision<Customer, AccountsChanged, 'invalid.input.request'> {
  const before = customer.accountInfo
  const isKnown = ({ accountNo }: AccountChange) => before.some((each) => each.accountNo === accountNo)
  const isOpposed = (account: Account) =>
    account.defaultAccount && changes.some((each) => each.accountNo === account.accountNo && each.defaultAccount === false)
  const [newDefault, secondDefault] = changes.filter(({ defaultAccount }) => defaultAccount)

  const faults: string[] = []
  if (new Set(changes.map(({ accountNo }) => accountNo)).size < changes.length) faults.push('accountInfo must not name an account twice')
  if (secondDefault) faults.push('accountInfo must have one defaultAccount only')
  if (!newDefault && before.some(isOpposed))
    faults.push('accountInfo must mark another account as defaultAccount when it unmarks the present one')
  const linked = changes.filter((change) => !isKnown(change))
  if (before.length + linked.length > accountsOfCustomerMax) faults.push(`a customer has at most ${accountsOfCustomerMax} accounts`)
  if (faults.length > 0) return refuse('invalid.input.request', faults)

  const accounts = [
    ...before.map((account) => ({ ...account, ...changes.find(({ accountNo }) => accountNo === account.accountNo) })),
    ...linked.map((change) => ({ accountStatus: 'ACTIVE' as const, accountsCurrency: currency, isPrimary: false, ...change })),
  ]
  const defaultNo = (newDefault ?? before.find(({ defaultAccount }) => defaultAccount))?.accountNo
  const accountInfo: Account[] = accounts.map((account) => ({ ...account, defaultAccount: account.accountNo === defaultNo }))
  if (isDeepStrictEqual(accountInfo, before)) return unchanged
  return { kind: 'changed', set: { accountInfo }, events: [accountsChanged(customer._id, accountInfo, now)] }
}

const accountsChanged = (entityId: string, accounts: readonly Account[], now: Date): AccountsChanged => ({
  type: 'AccountsChanged',
  entityId,
  accounts: accounts.map(({ accountNo, accountStatus, accountType, schemeCode, defaultAccount, isPrimary }) => ({
    accountNo,
    accountStatus,
    accountType,
    schemeCode,
    defaultAccount,
    isPrimary,
  })),
  changedAt: now.toISOString(),
})

/** Accounts of which something holds now that did not before. */
const accountNosThat = (after: readonly Account[], before: readonly Account[], holds: (account: Account) => boolean): string[] =>
  after
    .filter((account) => holds(account) && !before.some((each) => each.accountNo === account.accountNo && holds(each)))
    .map(({ accountNo }) => accountNo)

/**
 * A card has one account. A locked card can be unlocked by its holder at any time, so it counts.
 */
async function isOnActiveCard(accountNos: readonly string[], entityId: string, scope: Scope, kit: InternalClient): Promise<boolean> {
  const asked = await kit.call(kitsOfEntityEndpoint, { entityId }, scope)
  if (asked.kind === 'refused') throw new Error(`the kit service refused an entityId that is registered here: ${asked.code}`)
  return asked.result.some(
    ({ accountNo, cardStatus }) => accountNo !== undefined && accountNos.includes(accountNo) && traitsOf(cardStatus).holdsAccount,
  )
}
