// What this context keeps of each kit, built from kit events: enough to show a customer's cards
// while the kit service is away.
import type { KitInfo } from '@dcms/contract'
import type { Projected } from '@dcms/events'
import { projectionModel } from '@dcms/service'

export interface KnownKit extends Projected {
  _id: string // kitNo
  entityId?: string
  accountNo?: string
  issuedAt?: string
  kitInfo?: KitInfo
}

export const knownKitsOf = projectionModel<KnownKit>('kits', { entityId: String, accountNo: String, issuedAt: String, kitInfo: Object }, [
  [{ entityId: 1, issuedAt: 1 }],
])
