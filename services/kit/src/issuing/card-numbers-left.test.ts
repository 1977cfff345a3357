// What the kit context says of the card numbers that are left: of the bank that asks, and of the
// BINs that were asked for.
import type { Call, Tenant } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { cardNumbersLeft } from './card-numbers-left.ts'

const bank = { id: 'ACME_BANK' } as Tenant
const call = { tenant: bank, requestId: 'r', user: 'inventory-order', roles: [], clock: () => new Date() } as unknown as Call

test('each BIN that was asked for and that cards are numbered from is told, of this bank alone', async () => {
  const asked: (readonly Tenant[])[] = []
  const left = async (tenants: readonly Tenant[]) => {
    asked.push(tenants)
    return [
      { tenant: 'ACME_BANK', bin: '608040', left: 12 },
      { tenant: 'ACME_BANK', bin: '608041', left: 0 },
      { tenant: 'ACME_BANK', bin: '608042', left: 7 },
    ]
  }
  const { status, body } = await cardNumbersLeft({ left }).run({ bins: ['608040', '608041', '999999'] }, call)
  expect(status).toBe(200)
  expect(JSON.parse(body).result).toEqual({
    left: [
      { bin: '608040', left: 12 },
      { bin: '608041', left: 0 },
    ],
  })
  expect(asked).toEqual([[bank]])
})
