// What callers see of the second address of fetchAccountsByCardNo.
import { publicEndpoint } from '../wire/endpoint.ts'
import {
  type AccountsOfCard,
  accountsByCardNoRequest,
  accountsOfCard,
  accountsOfCardExample,
  type FetchAccountsByCardNo,
} from './fetch-accounts-by-card-no.ts'

export const fetchAccountsByCardNoViaMappingEndpoint = publicEndpoint<FetchAccountsByCardNo, AccountsOfCard>()({
  name: 'fetchAccountsByCardNoViaMapping',
  method: 'POST',
  path: '/accountkitmapping-manager/fetchAccountsByCardNo',
  owner: 'kit',
  family: 'account-mapping',
  permission: 'card.reveal',
  sealedOnly: true,
  summary: 'As fetchAccountsByCardNo, under the address of the mapping manager',
  description: 'The same call under a second address: request, answer and errors are those of `fetchAccountsByCardNo`.',
  idempotency: 'read',
  request: accountsByCardNoRequest,
  result: accountsOfCard,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [accountsOfCardExample],
})
