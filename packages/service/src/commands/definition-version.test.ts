// News of a bank's definition that has not come yet: "not now" for calls and events, never a "no"
// that is kept.
import type { ReceivedEvent } from '@dcms/events'
import { expect, test } from '@jest/globals'
import { handleFor } from '../jobs/followings.ts'
import type { Tenant } from '../store/tenant.ts'
import type { Tenants } from '../store/tenants.ts'
import { callersVersionOf } from './definition-version.ts'

test.each([
  ['7', 7],
  ['0', undefined],
  ['-1', undefined],
  ['7.5', undefined],
  ['many', undefined],
  [undefined, undefined],
])('the header %s says version %s', (header, version) => expect(callersVersionOf(header)).toBe(version))

const eventOf = (definitionVersion?: number): ReceivedEvent =>
  ({ tenant: 'ACME_BANK', ...(definitionVersion && { definitionVersion }) }) as ReceivedEvent
const tenantsAt = (version: number): Tenants => ({ get: () => ({ id: 'ACME_BANK', version }) as Tenant }) as unknown as Tenants

test('an event that fails under an older definition than its own waits for the newer one and counts no failure', async () => {
  const fails = async (): Promise<void> => {
    throw new Error('product 9 is not defined')
  }
  await expect(handleFor(tenantsAt(3), eventOf(4), fails)).rejects.toMatchObject({ unavailable: true, concerns: 'aggregate' })
  await expect(handleFor(tenantsAt(4), eventOf(4), fails)).rejects.not.toHaveProperty('unavailable')
  await expect(handleFor(tenantsAt(4), eventOf(), fails)).rejects.not.toHaveProperty('unavailable')
})

test('a store that is away stays a store that is away', async () => {
  const away = Object.assign(new Error('x'), { name: 'MongoNetworkError' })
  await expect(handleFor(tenantsAt(3), eventOf(4), () => Promise.reject(away))).rejects.toBe(away)
})
