// The customer of the demo: the contract's own example, as somebody else.
import { registerEndpoint } from '@dcms/contract'
import type { RequestOf } from '@dcms/sdk'

/** What one customer has and no other. */
export interface DemoCustomer {
  entityId: string
  accountNo: string
  mobileNo: string
}

/**
 * A registration with one account of scheme 2003 and a virtual card on it; account and mobile
 * number of the contract's example when left out.
 */
export function demoRegistration(entityId: string, own: Partial<Omit<DemoCustomer, 'entityId'>> = {}): RequestOf<'register'> {
  const registration = structuredClone(registerEndpoint.examples[0].request) as RequestOf<'register'>
  const { accountNo, mobileNo } = own
  return {
    ...registration,
    entityId,
    ...(accountNo !== undefined && {
      accountInfo: registration.accountInfo.map((account) => ({ ...account, accountNo })),
      kitInfo: (registration.kitInfo ?? []).map((kit) => ({ ...kit, accountNo })),
    }),
    ...(mobileNo !== undefined && {
      communicationInfo: registration.communicationInfo.map((contact) => ({ ...contact, contactNo: mobileNo })),
    }),
  }
}

const TEN_DIGITS = 10_000_000_000
const NINE_DIGITS = 1_000_000_000

/** A customer nobody has registered yet: another one every millisecond. */
export function newDemoCustomer(nowMs: number): DemoCustomer {
  return {
    entityId: `DEMO-${nowMs.toString(36).toUpperCase()}`,
    accountNo: String(nowMs % TEN_DIGITS).padStart(10, '1'),
    mobileNo: `9${String(nowMs % NINE_DIGITS).padStart(9, '0')}`,
  }
}
