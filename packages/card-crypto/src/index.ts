// What @dcms/card-crypto offers.
export { CardCryptoError, type CardCryptoErrorCode } from './card-crypto-error.ts'
export { cardVerificationValue } from './card-verification-value.ts'
export { aesCmac, keyCheckValue } from './check-value.ts'
export type {
  CvvRequest,
  ExchangedKeyPurpose,
  GeneratedKeyPurpose,
  Hsm,
  KeyPurpose,
  KeyView,
  Officer,
  PinInCall,
  PinReference,
  StoredPan,
  ZonePinBlock,
} from './hsm.ts'
export { type Ibm3624Settings, ibm3624Offset, ibm3624Pin, usualIbm3624 } from './ibm-3624.ts'
export { type KeyBlockHeader, unwrapKeyBlock, wrapKeyBlock } from './key-block.ts'
export { keyVersionOf } from './key-purposes.ts'
export type { KeyRecord, KeyStore } from './key-store.ts'
export { unwrapsUnder } from './key-wrapping.ts'
export { hasLuhn, luhnDigit } from './luhn.ts'
export { type PanFromCounterOptions, type PanRange, panFromCounter } from './numbering.ts'
export { Pan } from './pan.ts'
export { decodePinBlock, encodePinBlock, panOfKit } from './pin-block.ts'
export { decipherPinBlock4, encipherPinBlock4, panField4 } from './pin-block-4.ts'
export { sealPinBlock } from './pin-in-call.ts'
export { Secret } from './secret.ts'
export { SoftwareHsm } from './software-hsm.ts'
export { isWeakTdes, tdesDecrypt, tdesEncrypt, tdesKeyCheckValue, withOddParity } from './tdes.ts'
export { visaPvv } from './visa-pvv.ts'
export { parseMasterKey, unwrapSecret, wrapSecret } from './wrap.ts'
