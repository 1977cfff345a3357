// The endpoints of account mapping.
import { fetchAccountsByCardNoEndpoint } from './fetch-accounts-by-card-no.ts'
import { fetchAccountsByCardNoViaMappingEndpoint } from './fetch-accounts-by-card-no-via-mapping.ts'

export * from './fetch-accounts-by-card-no.ts'
export * from './fetch-accounts-by-card-no-via-mapping.ts'

export const accountMappingEndpoints = {
  fetchAccountsByCardNoViaMapping: fetchAccountsByCardNoViaMappingEndpoint,
  fetchAccountsByCardNo: fetchAccountsByCardNoEndpoint,
} as const
