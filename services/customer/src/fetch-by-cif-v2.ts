// The second address of fetchByCif. Contract: packages/contract/src/customer/fetch-by-cif-v2.ts.
import { fetchByCifV2Endpoint } from '@dcms/contract'
import { command } from '@dcms/service'
import { cifOf, type Owners } from './fetch-by-cif.ts'

export const fetchByCifV2 = (owners: Owners) => command(fetchByCifV2Endpoint, ({ entityId }, scope) => cifOf(entityId, scope, owners))
