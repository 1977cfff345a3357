// The client that banks use: one class with a method per endpoint; and its building blocks, for
// those who do their own HTTP.
export { type ErrorCode, type Exception, htuOf } from '@dcms/contract'
export { DecryptionKey, EncryptionKey, type PrivateJwk, type PublicJwk } from '@dcms/sealing'
export { Dcms } from './dcms.ts'
export type { BodyOf, CallOptions, EndpointMethods, EndpointName, RequestOf, ResultOf } from './endpoint-methods.ts'
export { DcmsClosedError, DcmsConnectionError, DcmsError, DcmsInputError, DcmsProtocolError } from './errors.ts'
export type { FileContent } from './file-upload.ts'
export type { DcmsKeys, DcmsOptions } from './options.ts'
export type { NewFileKit, OrderFileHeader } from './order-file.ts'
export type { PinCard, PinScheme } from './pin-encryption.ts'
export type { CardAndPin, CardEnding, PinCallOptions, Pins } from './pins.ts'
export type { RetryOptions } from './retries.ts'
export { AnswerFault, gatewayKeyOf, openAnswer, type Purpose, type Recipient, type SealedRequest, sealRequest } from './sealed-messages.ts'
