// In which statuses of a card its preferences may be changed.
import { type KitInfo, traitsOf } from '@dcms/contract'
import { type Refused, refuse } from '@dcms/service'
import type { CardRefusal } from './pin-call.ts'

export function statusRefusal(cardStatus: KitInfo['cardStatus']): Refused<CardRefusal> | null {
  const { preferenceRefusal } = traitsOf(cardStatus)
  return preferenceRefusal && refuse(preferenceRefusal)
}
