// The customer of the demo: the contract's own example, as somebody else.
import { registerEndpoint } from '@dcms/contract'
import type { RequestOf } from '@dcms/sdk'

/** A registration with one account of scheme 2003 and a virtual card on it. */
export const demoRegistration = (entityId: string): RequestOf<'register'> => ({
  ...(structuredClone(registerEndpoint.examples[0].request) as RequestOf<'register'>),
  entityId,
})
