// What callers and followers see of changing or linking a customer's accounts.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { entityId } from '../words/fields.ts'
import { accountChange } from '../words/profile.ts'
import { type UpdatedCustomer, updatedCustomer } from './update-proof-of-identity.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'accountInfo'],
  properties: {
    entityId,
    accountInfo: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: accountChange,
      description: 'Accounts to change or to link; an account that is not named stays as it is',
    },
  },
} as const
export type UpdateAccount = FromSchema<typeof request>

/** More accounts one customer cannot have. */
export const accountsOfCustomerMax = 100

export const updateAccountEndpoint = publicEndpoint<UpdateAccount, UpdatedCustomer>()({
  name: 'updateAccount',
  method: 'POST',
  path: '/update-manager/account',
  owner: 'customer',
  family: 'customer',
  permission: 'customer.write',
  summary: 'Changes accounts of a customer, or links further ones',
  description: `Accounts are matched by \`accountNo\`: for a known one the fields that are sent are changed, a new one is linked (by default with status \`ACTIVE\`, in the bank's currency and not primary). All accounts of a call are changed, or none.

- \`defaultAccount: true\` takes the mark off the other accounts. A customer always has one default account: marking two, or taking the mark off without giving it to another account, is refused.
- A joint account may be linked to several customers; a second primary holder is refused with \`invalid.source.account\`.
- Closing the only account of an active card is refused with \`card.status.active\`: block the card first. A locked card counts as active, since it can be unlocked. The kit service is asked only for this; while it is away, closing is refused with \`service.unavailable\`.
- A \`schemeCode\` that is not one of the bank's schemes is refused with \`product.not.found\`.
- A customer has at most ${accountsOfCustomerMax} accounts.

A repeat changes nothing further and succeeds.`,
  idempotency: 'document',
  request,
  result: updatedCustomer,
  errors: [
    'invalid.input.request',
    'CUS001',
    'product.not.found',
    'invalid.source.account',
    'card.status.active',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'a new default account',
      request: {
        entityId: 'req11',
        accountInfo: [
          {
            accountNo: 8000000,
            accountStatus: 'ACTIVE',
            accountType: 'SAVING',
            accountsCurrency: 'INR',
            defaultAccount: true,
            initialFunding: '8000',
            isPrimary: false,
            schemeCode: '2003',
          },
        ],
      },
      result: { entityId: 'req11' },
    },
    {
      name: 'a frozen account',
      request: {
        entityId: 'req11',
        accountInfo: [{ accountNo: '8000000', accountStatus: 'FROZEN', accountType: 'SAVING', schemeCode: '2003' }],
      },
      result: { entityId: 'req11' },
    },
  ],
})

const { accountStatus, accountType } = accountChange.properties
const accountsChanged = {
  type: 'object',
  required: ['type', 'entityId', 'accounts', 'changedAt'],
  properties: {
    type: { const: 'AccountsChanged' },
    entityId: { type: 'string' },
    accounts: {
      type: 'array',
      description: 'All accounts of the customer as they are now',
      items: {
        type: 'object',
        required: ['accountNo', 'accountStatus', 'accountType', 'schemeCode', 'defaultAccount', 'isPrimary'],
        properties: {
          accountNo: { type: 'string' },
          accountStatus,
          accountType,
          schemeCode: { type: 'string' },
          defaultAccount: { type: 'boolean' },
          isPrimary: { type: 'boolean' },
        },
      },
    },
    changedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type AccountsChanged = FromSchema<typeof accountsChanged>

export const accountsChangedEvent = eventType<AccountsChanged>()({
  type: 'AccountsChanged',
  version: 1,
  owner: 'customer',
  summary: 'Accounts of a customer were changed or linked; subject is the entityId',
  schema: accountsChanged,
  example: {
    type: 'AccountsChanged',
    entityId: 'req11',
    accounts: [
      {
        accountNo: '8000000',
        accountStatus: 'ACTIVE',
        accountType: 'SAVING',
        schemeCode: '2003',
        defaultAccount: true,
        isPrimary: false,
      },
    ],
    changedAt: '2026-01-05T10:00:00.000Z',
  },
})
