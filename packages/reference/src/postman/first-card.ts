// The folder that works on an empty installation: a customer with a card, activated, locked,
// unlocked.
import { publicEndpointList } from '@dcms/contract'
import type { JsonObject } from '../json.ts'
import { type ItemChanges, requestItem } from './request-item.ts'

const succeeds = `pm.test('succeeds', () => pm.expect(JSON.parse(pm.variables.get('answer')).exception).to.equal(null))`
const remembersTheCard = `${succeeds}
const { result } = JSON.parse(pm.variables.get('answer'))
if (result) {
  pm.collectionVariables.set('entityId', result.entityId)
  pm.collectionVariables.set('kitNo', result.kitInfo[0].kitNo)
}`
const customer = { entityId: '{{entityId}}' }
const card = { ...customer, kitNo: '{{kitNo}}' }
const change = (operation: string): JsonObject => ({ ...customer, oldKit: '{{kitNo}}', operation })

const steps: readonly (ItemChanges & { readonly of: string })[] = [
  { of: 'register', name: '1. Register a customer with a virtual card', body: { entityId: '{{$guid}}' }, test: remembersTheCard },
  { of: 'viewCustomer', name: '2. See the customer', body: customer, test: succeeds },
  { of: 'fetchKitsByEntityId', name: '3. See her cards', body: customer, test: succeeds },
  { of: 'activateKit', name: '4. Activate the card', body: card, test: succeeds },
  { of: 'manageKit', name: '5. Lock it', body: change('LOCK'), test: succeeds },
  { of: 'manageKit', name: '6. Unlock it', body: change('UNLOCK'), test: succeeds },
]

/** Run as a whole: each step uses what the one before it answered. */
export function firstCardFolder(): JsonObject {
  return {
    name: 'First card',
    description: 'A customer with a card and the first days of its life. Run the folder as a whole; it makes a new customer each time.',
    item: steps.flatMap(({ of, ...changes }) => {
      const endpoint = publicEndpointList.find(({ name }) => name === of)
      return endpoint ? [requestItem(endpoint, changes)] : []
    }),
  }
}
