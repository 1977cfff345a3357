// The second address of fetchAccountsByCardNo. Contract:
// packages/contract/src/account-mapping/fetch-accounts-by-card-no-via-mapping.ts.
import { fetchAccountsByCardNoViaMappingEndpoint } from '@dcms/contract'
import type { InternalClient } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { fetchAccountsByCardNo } from './fetch-accounts-by-card-no.ts'

export const fetchAccountsByCardNoViaMapping = (vault: CardVault, customer: InternalClient) =>
  fetchAccountsByCardNo(vault, customer, fetchAccountsByCardNoViaMappingEndpoint)
