// The account of a kit as the customer context has it now.
import { type AccountInfo, accountsOfEntityEndpoint } from '@dcms/contract'
import type { InternalClient, Scope } from '@dcms/service'
import type { IssuedKit } from '../kit.ts'

/** None for a kit without account, and for one whose account was taken from the customer. */
export async function accountOfKit(
  { accountNo, entityId }: IssuedKit,
  scope: Scope,
  customer: InternalClient,
): Promise<AccountInfo | undefined> {
  if (accountNo === undefined) return undefined
  const asked = await customer.call(accountsOfEntityEndpoint, { entityId, accountNos: [accountNo] }, scope)
  if (asked.kind === 'refused') throw new Error(`the customer service refused the account of a kit: ${asked.code}`)
  return asked.result.accounts[0]
}
