// The error catalogue: every code a caller can meet, with its HTTP status, texts and when it is raised.

interface CatalogueEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 501 | 503 | 504
  /** The dotted code, where the family shows a short upper-case one. */
  readonly reasonCode?: string
  readonly shortMessage: string
  readonly detailMessage: string
  readonly fieldError?: readonly string[]
  /** The situation that raises it. */
  readonly when: string
}

const entries = {
  'invalid.input.request': {
    status: 400,
    shortMessage: 'Invalid input',
    detailMessage: 'One or more fields are missing or malformed; fieldError names each of them',
    when: 'a mandatory field is absent or a field is malformed',
  },
  'entity.already.exists': {
    status: 400,
    shortMessage: 'Entity already exists',
    detailMessage: 'A customer with this entityId is already registered',
    when: 'register with an entityId that is taken',
  },
  CUS001: {
    status: 400,
    reasonCode: 'entity.not.found',
    shortMessage: 'Customer not found',
    detailMessage: 'No customer found for the given entity ID',
    fieldError: ['Invalid entityId'],
    when: 'the entityId is unknown',
  },
  MCC007: {
    status: 400,
    reasonCode: 'kit.not.found',
    shortMessage: 'valid kit not found',
    detailMessage: 'No valid kit found for the given kit number and entity ID',
    fieldError: ['Invalid Kit No'],
    when: 'the kit is unknown or belongs to another customer',
  },
  'kit.not.found': {
    status: 400,
    shortMessage: 'Kit not found',
    detailMessage: 'The kit number is not in the inventory',
    when: 'register or registerCard names a kitNo that is not in stock',
  },
  'invalid.kit.info': {
    status: 400,
    shortMessage: 'Invalid kit info',
    detailMessage: 'The kit is expired, already assigned or otherwise unusable',
    when: 'register or registerCard names a kit that cannot be handed out',
  },
  'product.not.found': {
    status: 400,
    shortMessage: 'Product not found',
    detailMessage: 'No product is configured for this scheme and card type',
    when: 'no product for schemeCode and cardType',
  },
  'invalid.source.account': {
    status: 400,
    shortMessage: 'Invalid account',
    detailMessage: 'The account does not belong to the customer, or another customer holds it as primary',
    when: 'kitInfo names an account that is not among the customer’s, or a second customer claims an account as primary',
  },
  'card.already.active': {
    status: 400,
    shortMessage: 'Card already active',
    detailMessage: 'The card is active already',
    when: 'activating an active card',
  },
  'card.already.blocked': {
    status: 400,
    shortMessage: 'Card already blocked',
    detailMessage: 'The card was blocked for good',
    when: 'blocking or activating a blocked card',
  },
  'card.already.closed': {
    status: 400,
    shortMessage: 'Card closed',
    detailMessage: 'The card is closed; no operation is possible',
    when: 'any operation on a closed card',
  },
  'card.blocked': {
    status: 400,
    shortMessage: 'Card blocked',
    detailMessage: 'The card is blocked',
    when: 'using, locking or unlocking a blocked card',
  },
  'card.status.active': {
    status: 400,
    shortMessage: 'Operation not possible in this card status',
    detailMessage: 'The present status of the card does not allow this operation',
    when: 'the card’s status forbids the operation',
  },
  'tenant.header.missing': {
    status: 400,
    shortMessage: 'Tenant header missing',
    detailMessage: 'Send the tenant header given at onboarding',
    when: 'the tenant header is missing or empty',
  },
  'tenant.not.found': {
    status: 400,
    shortMessage: 'Tenant not found',
    detailMessage: 'The tenant header names no registered tenant; it is case-sensitive',
    when: 'the tenant header is any other value than a registered tenant',
  },
  'tenant.mismatch': {
    status: 403,
    shortMessage: 'Tenant mismatch',
    detailMessage: 'The token belongs to another tenant than the tenant header names',
    when: 'the token’s tenant differs from the header',
  },
  'auth.invalid.credentials': {
    status: 401,
    shortMessage: 'Invalid credentials',
    detailMessage: 'User name or password is wrong',
    when: 'authenticate with a wrong user or password',
  },
  'auth.token.missing': {
    status: 401,
    shortMessage: 'Token missing',
    detailMessage: 'Send Authorization: Bearer <id_token>',
    when: 'there is no bearer token',
  },
  'auth.token.invalid': {
    status: 401,
    shortMessage: 'Token invalid',
    detailMessage: 'The token is malformed, was not issued here or was revoked; authenticate again',
    when: 'the token does not verify or was revoked',
  },
  'auth.token.expired': {
    status: 401,
    shortMessage: 'Token expired',
    detailMessage: 'The token has expired; authenticate again',
    when: 'the token is past its life',
  },
  'auth.forbidden': {
    status: 403,
    shortMessage: 'Forbidden',
    detailMessage: 'No role of this user allows this call',
    when: 'the user’s roles do not grant the endpoint’s permission',
  },
  'encryption.required': {
    status: 400,
    shortMessage: 'Encrypted body required',
    detailMessage: 'This call takes a sealed body only: Content-Type application/jose',
    when: 'a clear body where sealing is required',
  },
  'encryption.key.not.found': {
    status: 400,
    shortMessage: 'Key not found',
    detailMessage: 'The kid or reply_kid names no valid key, or the session ticket is unknown, expired or of another user',
    when: 'an unknown kid or reply_kid, an expired or foreign ticket',
  },
  'encryption.decrypt.failed': {
    status: 400,
    shortMessage: 'Decryption failed',
    detailMessage: 'The body is not a valid sealed message',
    when: 'anything is wrong with the sealed body; which check failed is not told',
  },
  'encryption.timestamp.invalid': {
    status: 400,
    shortMessage: 'Timestamp invalid',
    detailMessage: 'iat is too far from the gateway’s clock; follow the Date header and seal anew',
    when: 'iat is more than 300 s away, or before a restart of the gateway for a call that changes state',
  },
  'encryption.replayed': {
    status: 400,
    shortMessage: 'Message replayed',
    detailMessage: 'A message with this jti was taken already; seal anew with a fresh jti',
    when: 'the jti was seen before',
  },
  'path.not.found': {
    status: 404,
    shortMessage: 'Path not found',
    detailMessage: 'There is no such endpoint',
    when: 'the path is unknown',
  },
  'method.not.allowed': {
    status: 405,
    shortMessage: 'Method not allowed',
    detailMessage: 'The endpoint does not take this method; see the Allow header',
    when: 'a known path with another method',
  },
  'content.type.unsupported': {
    status: 415,
    shortMessage: 'Content type unsupported',
    detailMessage: 'Send application/jose or, where clear bodies are allowed, application/json',
    when: 'the content type is neither of the two',
  },
  'request.too.large': {
    status: 413,
    shortMessage: 'Request too large',
    detailMessage: 'The body is over the limit of 1 MB',
    when: 'the body is over the limit',
  },
  'idempotency.conflict': {
    status: 409,
    shortMessage: 'Idempotency key reused',
    detailMessage: 'The same requestId was used with another body',
    when: 'the same requestId with another body',
  },
  'idempotency.in.progress': {
    status: 409,
    shortMessage: 'Request in progress',
    detailMessage: 'A call with the same requestId is still running; repeat after Retry-After seconds',
    when: 'a repeat while the first call is running',
  },
  'rate.limit.exceeded': {
    status: 429,
    shortMessage: 'Rate limit exceeded',
    detailMessage: 'Too many calls of this tenant; repeat after Retry-After seconds',
    when: 'the tenant’s rate is over its tier',
  },
  'concurrent.change': {
    status: 409,
    shortMessage: 'Concurrent change',
    detailMessage: 'The record changed again and again while this call ran; repeat it',
    when: 'many calls change one record at once',
  },
  'endpoint.not.available': {
    status: 501,
    shortMessage: 'Not available yet',
    detailMessage: 'This operation is in the contract but not in this release',
    when: 'an operation that a later release brings',
  },
  'service.unavailable': {
    status: 503,
    shortMessage: 'Service unavailable',
    detailMessage: 'The service that owns this call is not reachable; repeat after Retry-After seconds',
    when: 'the owner service is down or not ready',
  },
  'service.timeout': {
    status: 504,
    shortMessage: 'Service timeout',
    detailMessage: 'The service that owns this call did not answer in time; its outcome is unknown, repeat with the same requestId',
    when: 'the owner service is too slow',
  },
  'internal.error': {
    status: 500,
    shortMessage: 'Internal error',
    detailMessage: 'Unexpected fault; quote the request id to support',
    when: 'an unexpected fault',
  },
} as const satisfies Record<string, CatalogueEntry>

/** Every error code of the contract. */
export type ErrorCode = keyof typeof entries

/** The catalogue by code: HTTP status, texts, when raised. */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = entries

/** True for a code of the catalogue, so that text from another process can be trusted as one. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(entries, text)
