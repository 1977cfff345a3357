// Accounts of schemes that the bank does not have: refused wherever an account is taken.
import { type AccountChange, catalogueRefusal, type TenantDefinition } from '@dcms/contract'
import { type Refused, refuse } from '@dcms/service'

/**
 * The refusal of the first account whose scheme is not in the bank's catalogue; a bank that lists
 * no schemes takes any.
 */
export function foreignScheme(
  accounts: readonly Pick<AccountChange, 'schemeCode'>[],
  definition: TenantDefinition,
): Refused<'product.not.found'> | undefined {
  const position = accounts.findIndex(({ schemeCode }) => catalogueRefusal(definition, { schemeCode }))
  if (position < 0) return undefined
  return refuse('product.not.found', [`accountInfo[${position}].schemeCode is not one of the bank's schemes`])
}
