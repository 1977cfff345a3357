// The page about stock shows the table of delivery statuses that the service decides by.
import { deliverySteps } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { deliveryTable } from '../src/delivery-steps.ts'
import { testSite, textOf } from './test-site.ts'

test('the table has a row for every delivery status, with every status that may follow and no other', () => {
  const rows = deliveryTable().split('<tr>').slice(2)
  const shown = rows.map((row) => [...row.matchAll(/<code>(\w+)<\/code>/g)].map(([, status]) => status))
  expect(shown).toEqual(Object.entries(deliverySteps).map(([present, next]) => (present === 'NONE' ? next : [present, ...next])))
})

test('the page shows it', async () => {
  expect(await textOf(testSite(), '/docs/branch-stock')).toContain(deliveryTable().trim())
})
