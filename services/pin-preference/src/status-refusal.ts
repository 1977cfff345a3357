// In which statuses of a card its preferences may be changed.
import type { KitInfo } from '@dcms/contract'
import { type Refused, refuse } from '@dcms/service'
import { type CardRefusal, refusalOf } from './pin-call.ts'

/** As for PINs (`refusalOf`), but a locked card takes preferences: it is in use again once it is unlocked. */
export function statusRefusal(cardStatus: KitInfo['cardStatus']): Refused<CardRefusal> | null {
  const code = cardStatus === 'LOCKED' ? null : refusalOf(cardStatus)
  return code ? refuse(code) : null
}
