// The worked example of the guide on sealing: fixed keys from published standards, every value on
// the way. The keys are known to everybody: never use them.
import { createCipheriv, hash } from 'node:crypto'
import { agree, deriveSessionKeys, type PrivateJwk, publicPart } from '@dcms/sealing'

const KEY_BITS = 256
const TAG_BYTES = 16
const IAT = 1_767_607_200 // 2026-01-05T10:00:00Z
const TENANT = 'ACME_BANK'
const USERNAME = 'api_user'
const TICKET = 'ZXhhbXBsZS10aWNrZXQ'
const HTU = 'POST /kit-manager/kitActivation'
const REQUEST = '{"entityId":"req7","kitNo":"4240171508"}'
const ANSWER = '{"result":"success","exception":null,"pagination":null}'
const [ONE_SHOT_JTI, SESSION_JTI] = ['0b2f6c1e-5a0b-4d0e-9c53-2f3c9c1b7a10', '5e1d2a7c-9b64-4f0a-8d3e-6c2b1a0f9e87']

const p256 = (x: string, y: string, d: string, kid: string): PrivateJwk => ({ kty: 'EC', crv: 'P-256', x, y, d, kid })
const x25519 = (publicHex: string, privateHex: string): PrivateJwk => ({
  kty: 'OKP',
  crv: 'X25519',
  x: Buffer.from(publicHex, 'hex').toString('base64url'),
  d: Buffer.from(privateHex, 'hex').toString('base64url'),
})

const keys = {
  // RFC 7518 appendix C: Bob's static key stands for the gateway's, Alice's ephemeral key for that
  // of the request.
  gateway: p256(
    'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
    'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
    'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
    'gateway-p256-example',
  ),
  requestEphemeral: p256(
    'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
    'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
    '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
    '',
  ),
  // RFC 7515 appendix A.3: the bank's key. RFC 7517 appendix A.2: the gateway's ephemeral key of
  // the answer.
  bank: p256(
    'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
    'acme-example',
  ),
  answerEphemeral: p256(
    'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
    '',
  ),
  // RFC 7748 section 6.1: Alice is the bank, Bob the gateway.
  bankSession: x25519(
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
  ),
  gatewaySession: x25519(
    'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  ),
} as const

/**
 * A JWE and what it is made of. Members that end in `Hex` are bytes in hexadecimal, those that end
 * in `B64u` the same in base64url.
 */
export interface SealedMessage {
  readonly headerJson: string
  readonly protectedHeader: string
  readonly ivHex: string
  readonly ivB64u: string
  readonly plaintext: string
  readonly plaintextHex: string
  readonly contentKeyHex: string
  readonly ciphertextHex: string
  readonly ciphertextB64u: string
  readonly tagHex: string
  readonly tagB64u: string
  readonly jwe: string
}
/** One-shot: with the agreement and the key derivation before it. */
export interface OneShotMessage extends SealedMessage {
  readonly recipientKey: PrivateJwk
  readonly ephemeralKey: PrivateJwk
  readonly zHex: string
  readonly otherInfoHex: string
  readonly kdfInputHex: string
}
export interface SealingExample {
  readonly tenant: string
  readonly username: string
  readonly request: OneShotMessage
  readonly answer: OneShotMessage
  readonly session: {
    readonly bankKey: PrivateJwk
    readonly gatewayKey: PrivateJwk
    readonly zHex: string
    readonly ticket: string
    readonly saltHex: string
    readonly requestInfo: string
    readonly answerInfo: string
    readonly requestKeyHex: string
    readonly answerKeyHex: string
    readonly request: SealedMessage
    readonly answer: SealedMessage
  }
  readonly field: {
    readonly keyHex: string
    readonly ivHex: string
    readonly plaintext: string
    readonly ciphertextHex: string
    readonly tagHex: string
    readonly base64: string
  }
}

/** Every value of the worked example; the same each time. */
export function sealingExample(): SealingExample {
  return {
    tenant: TENANT,
    username: USERNAME,
    request: oneShot(
      keys.gateway,
      keys.requestEphemeral,
      { iat: IAT, jti: ONE_SHOT_JTI, aud: TENANT, htu: HTU, reply_kid: keys.bank.kid },
      countingBytes(12, 0x00),
      REQUEST,
    ),
    answer: oneShot(keys.bank, keys.answerEphemeral, { irt: ONE_SHOT_JTI }, countingBytes(12, 0x10), ANSWER),
    session: session(),
    field: field(),
  }
}

function oneShot(recipientKey: PrivateJwk, ephemeralKey: PrivateJwk, fields: object, iv: Buffer, plaintext: string): OneShotMessage {
  const z = agree(ephemeralKey, publicPart(recipientKey))
  const otherInfo = Buffer.concat([uint32(7), Buffer.from('A256GCM'), uint32(0), uint32(0), uint32(KEY_BITS)])
  const kdfInput = Buffer.concat([uint32(1), z, otherInfo])
  const { kty, crv, x, y } = ephemeralKey
  const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: recipientKey.kid, epk: { kty, crv, x, y }, cty: 'application/json', ...fields }
  return {
    recipientKey,
    ephemeralKey: { kty, crv, x, ...(y !== undefined && { y }), d: ephemeralKey.d },
    zHex: z.toString('hex'),
    otherInfoHex: otherInfo.toString('hex'),
    kdfInputHex: kdfInput.toString('hex'),
    ...seal(hash('sha256', kdfInput, 'buffer'), header, iv, plaintext),
  }
}

function session(): SealingExample['session'] {
  const z = agree(keys.bankSession, publicPart(keys.gatewaySession))
  const { requestKey, answerKey } = deriveSessionKeys(z, TICKET, TENANT, USERNAME)
  const [requestBytes, answerBytes] = [requestKey.keyObject.export(), answerKey.keyObject.export()]
  const header = { alg: 'dir', enc: 'A256GCM', kid: TICKET, cty: 'application/json' }
  return {
    bankKey: keys.bankSession,
    gatewayKey: keys.gatewaySession,
    zHex: z.toString('hex'),
    ticket: TICKET,
    saltHex: hash('sha256', TICKET, 'hex'),
    requestInfo: `dcms/v1/request/${TENANT}/${USERNAME}`,
    answerInfo: `dcms/v1/answer/${TENANT}/${USERNAME}`,
    requestKeyHex: requestBytes.toString('hex'),
    answerKeyHex: answerBytes.toString('hex'),
    request: seal(requestBytes, { ...header, iat: IAT, jti: SESSION_JTI, aud: TENANT, htu: HTU }, countingBytes(12, 0x20), REQUEST),
    answer: seal(answerBytes, { ...header, irt: SESSION_JTI }, countingBytes(12, 0x30), ANSWER),
  }
}

function field(): SealingExample['field'] {
  const [key, iv, plaintext] = [countingBytes(32, 0x40), countingBytes(16, 0x60), '6080400000006954']
  const { ciphertext, tag } = encrypt(key, iv, Buffer.alloc(0), plaintext)
  return {
    keyHex: key.toString('hex'),
    ivHex: iv.toString('hex'),
    plaintext,
    ciphertextHex: ciphertext.toString('hex'),
    tagHex: tag.toString('hex'),
    base64: Buffer.concat([iv, ciphertext, tag]).toString('base64'),
  }
}

function seal(contentKey: Buffer, header: object, iv: Buffer, plaintext: string): SealedMessage {
  const headerJson = JSON.stringify(header)
  const protectedHeader = Buffer.from(headerJson).toString('base64url')
  const { ciphertext, tag } = encrypt(contentKey, iv, Buffer.from(protectedHeader, 'ascii'), plaintext)
  const [ivB64u, ciphertextB64u, tagB64u] = [iv.toString('base64url'), ciphertext.toString('base64url'), tag.toString('base64url')]
  return {
    headerJson,
    protectedHeader,
    ivHex: iv.toString('hex'),
    ivB64u,
    plaintext,
    plaintextHex: Buffer.from(plaintext).toString('hex'),
    contentKeyHex: contentKey.toString('hex'),
    ciphertextHex: ciphertext.toString('hex'),
    ciphertextB64u,
    tagHex: tag.toString('hex'),
    tagB64u,
    jwe: `${protectedHeader}..${ivB64u}.${ciphertextB64u}.${tagB64u}`,
  }
}

/** With the IV given, which only an example may do: under one key an IV is used once. */
function encrypt(key: Buffer, iv: Buffer, additionalData: Buffer, plaintext: string): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData)
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

const countingBytes = (length: number, first: number): Buffer => Buffer.from(Array.from({ length }, (_, position) => first + position))

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
