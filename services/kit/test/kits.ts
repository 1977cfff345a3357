// A kit as it stands in the store, for tests of rules.
import { newlyStored } from '@dcms/service'
import type { Kit } from '../src/kit.ts'

export const KIT_NO = '4240171508'
export const ENTITY = 'req7'

export const kit = (change: Partial<Kit> = {}): Kit =>
  newlyStored({
    _id: KIT_NO,
    entityId: ENTITY,
    accountNo: '8642135',
    status: 'INACTIVE' as const,
    productId: '2003_VIRTUAL',
    productName: 'Savings virtual',
    cardType: 'VIRTUAL' as const,
    cardCategory: 'DEBIT',
    networkType: 'RUPAY',
    bin: '608040',
    maskedPan: '608040XXXXXX6954',
    encryptedPan: 'sealed',
    expiry: '3111',
    createdAt: new Date('2026-11-20T09:00:00Z'),
    changedAt: new Date('2026-11-20T09:00:00Z'),
    ...change,
  })
