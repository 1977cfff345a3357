// Files between a bank and its card vendors: their layouts, the OpenPGP envelope, and the drops
// that they go through.
export { addressOf } from './address.ts'
export { type CardVendor, httpVendor, type OfferedFile, RETURN_BYTES_MAX } from './card-vendor.ts'
export { makePgpKeyPair, type OpenedFile, openFile, type PgpKeyPair, sealFile } from './envelope.ts'
export type { FileHead } from './formats.ts'
export { ownPgpKey } from './own-key.ts'
export { type Sending, sendVendorFile, type VendorFile } from './send-file.ts'
export type { Row } from './values.ts'
export { readVendorFile, writeVendorFile } from './vendor-file.ts'
export { VendorFileFault } from './vendor-file-fault.ts'
