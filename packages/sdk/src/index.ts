// The client that banks use: one class with a method per endpoint; and its building blocks, for those who do their own HTTP.
export type { ErrorCode, Exception } from '@dcms/contract'
export { DecryptionKey, EncryptionKey, type PrivateJwk, type PublicJwk } from '@dcms/sealing'
export { Dcms } from './dcms.ts'
export type { CallOptions, EndpointMethods, EndpointName, RequestOf, ResultOf } from './endpoint-methods.ts'
export { DcmsConnectionError, DcmsError, DcmsProtocolError } from './errors.ts'
export type { DcmsKeys, DcmsOptions } from './options.ts'
export type { RetryOptions } from './retries.ts'
export { AnswerFault, gatewayKeyOf, openAnswer, type Recipient, type SealedRequest, sealRequest } from './sealed-messages.ts'
