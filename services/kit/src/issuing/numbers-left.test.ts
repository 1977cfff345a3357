// The gauge of card numbers that are left.
import { setImmediate as turn } from 'node:timers/promises'
import { createLogger, type Tenant } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { register } from 'prom-client'
import { gaugeNumbersLeft } from './numbers-left.ts'

test('it is counted in the background, at most once a minute, however often metrics are read and whatever the store does', async () => {
  const bank = { id: 'ACME_BANK' } as Tenant
  const asked: (readonly Tenant[])[] = []
  const left = async (tenants: readonly Tenant[]) => {
    asked.push(tenants)
    return [{ tenant: 'ACME_BANK', bin: '608040', left: 12 }]
  }
  gaugeNumbersLeft({ left }, () => [bank], createLogger('kit', 'fatal'))
  const read = () => register.getSingleMetricAsString('dcms_card_numbers_left')
  await read()
  await turn()
  expect(await read()).toContain('dcms_card_numbers_left{tenant="ACME_BANK",bin="608040"} 12')
  await read()
  expect(asked).toEqual([[bank]])
})
