// What operators see of the key by which card vendors know a bank's files.
import { internalEndpoint } from '../wire/endpoint.ts'

const request = { type: 'object', additionalProperties: false, properties: {} } as const

export interface VendorKeyShown {
  /** OpenPGP public key, armoured. */
  publicKey: string
  /** To be read out over another way before the vendor believes the key. */
  fingerprint: string
}

const shown = {
  method: 'POST',
  callers: ['ops'],
  idempotency: 'read',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'service.unavailable'],
} as const

export const showVendorKeyEndpoint = internalEndpoint<Record<string, never>, VendorKeyShown>()({
  ...shown,
  name: 'showVendorKey',
  path: '/internal/admin/vendors/key',
  owner: 'kit',
  summary: 'The OpenPGP public key that files with cards are signed with, and that vendors encrypt theirs to',
})

export const showPrinterKeyEndpoint = internalEndpoint<Record<string, never>, VendorKeyShown>()({
  ...shown,
  name: 'showPrinterKey',
  path: '/internal/admin/vendors/pin-key',
  owner: 'pin-preference',
  summary: 'The OpenPGP public key that files with PINs are signed with',
})
