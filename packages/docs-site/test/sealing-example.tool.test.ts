// The worked example of the guide on sealing, recomputed in every way a reader may choose.
import { execFileSync, spawnSync } from 'node:child_process'
import { createCipheriv, createECDH, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DecryptionKey, decryptField, openOneShot, openSession, readHeader, SessionKey } from '@dcms/sealing'
import { expect, test } from '@jest/globals'
import { compactDecrypt, importJWK } from 'jose'
import { type OneShotMessage, type SealedMessage, sealingExample } from '../src/sealing-example.ts'
import { testSite, textOf } from './test-site.ts'

const example = sealingExample()
const { request, answer, session, field } = example
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

function expectSealedWith(key: Buffer, message: SealedMessage): void {
  expect(Buffer.from(message.headerJson).toString('base64url')).toBe(message.protectedHeader)
  const cipher = createCipheriv('aes-256-gcm', key, bytes(message.ivHex)).setAAD(Buffer.from(message.protectedHeader, 'ascii'))
  const ciphertext = Buffer.concat([cipher.update(bytes(message.plaintextHex)), cipher.final()])
  expect({ ciphertext: ciphertext.toString('hex'), tag: cipher.getAuthTag().toString('hex') }).toEqual({
    ciphertext: message.ciphertextHex,
    tag: message.tagHex,
  })
  const parts = [message.protectedHeader, '', message.ivB64u, ciphertext.toString('base64url'), message.tagB64u]
  expect(parts.join('.')).toBe(message.jwe)
  expect(bytes(message.plaintextHex).toString('utf8')).toBe(message.plaintext)
}

test('the shared secrets are those that RFC 7518 appendix C and RFC 7748 section 6.1 print', () => {
  expect(request.zHex).toBe('9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4')
  expect(session.zHex).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')
})

test.each([
  ['request', request],
  ['answer', answer],
])('the one-shot %s is what node:crypto computes, step by step', (_name, message: OneShotMessage) => {
  const { recipientKey, ephemeralKey } = message
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(Buffer.from(ephemeralKey.d, 'base64url'))
  const point = Buffer.concat([Buffer.of(4), Buffer.from(recipientKey.x, 'base64url'), Buffer.from(recipientKey.y ?? '', 'base64url')])
  const z = ecdh.computeSecret(point)
  expect(z.toString('hex')).toBe(message.zHex)
  const input = Buffer.concat([bytes('00000001'), z, bytes('00000007'), Buffer.from('A256GCM'), bytes('000000000000000000000100')])
  expect(input.toString('hex')).toBe(message.kdfInputHex)
  const key = createHash('sha256').update(input).digest()
  expect(key.toString('hex')).toBe(message.contentKeyHex)
  expectSealedWith(key, message)
})

test('the session is what node:crypto computes, HKDF written out (RFC 5869)', () => {
  const { d: _own, ...gatewayPublic } = session.gatewayKey
  const z = diffieHellman({
    privateKey: createPrivateKey({ key: { ...session.bankKey }, format: 'jwk' }),
    publicKey: createPublicKey({ key: { ...gatewayPublic }, format: 'jwk' }),
  })
  expect(z.toString('hex')).toBe(session.zHex)
  const salt = createHash('sha256').update(session.ticket, 'ascii').digest()
  expect(salt.toString('hex')).toBe(session.saltHex)
  const pseudorandomKey = createHmac('sha256', salt).update(z).digest()
  const expand = (info: string): Buffer => createHmac('sha256', pseudorandomKey).update(info).update(Buffer.of(1)).digest()
  expect(session.requestInfo).toBe(`dcms/v1/request/${example.tenant}/${example.username}`)
  expect(expand(session.requestInfo).toString('hex')).toBe(session.requestKeyHex)
  expect(expand(session.answerInfo).toString('hex')).toBe(session.answerKeyHex)
  expectSealedWith(bytes(session.requestKeyHex), session.request)
  expectSealedWith(bytes(session.answerKeyHex), session.answer)
})

test('jose opens all four messages', async () => {
  for (const message of [request, answer]) {
    const opened = await compactDecrypt(message.jwe, await importJWK({ ...message.recipientKey }, 'ECDH-ES'))
    expect(Buffer.from(opened.plaintext).toString()).toBe(message.plaintext)
    expect(opened.protectedHeader).toEqual(JSON.parse(message.headerJson))
  }
  for (const [message, key] of [
    [session.request, session.requestKeyHex],
    [session.answer, session.answerKeyHex],
  ] as const) {
    const opened = await compactDecrypt(message.jwe, bytes(key))
    expect(Buffer.from(opened.plaintext).toString()).toBe(message.plaintext)
  }
})

test('the package that the gateway uses opens all four messages and the field', () => {
  for (const message of [request, answer])
    expect(openOneShot(readHeader(message.jwe), DecryptionKey.fromJwk(message.recipientKey)).toString()).toBe(message.plaintext)
  expect(openSession(readHeader(session.request.jwe), SessionKey.fromBytes(bytes(session.requestKeyHex))).toString()).toBe(
    session.request.plaintext,
  )
  expect(openSession(readHeader(session.answer.jwe), SessionKey.fromBytes(bytes(session.answerKeyHex))).toString()).toBe(
    session.answer.plaintext,
  )
  expect(decryptField(field.base64, bytes(field.keyHex))).toBe(field.plaintext)
})

test('answers name the request they answer', () => {
  expect(JSON.parse(answer.headerJson).irt).toBe(JSON.parse(request.headerJson).jti)
  expect(JSON.parse(session.answer.headerJson).irt).toBe(JSON.parse(session.request.headerJson).jti)
})

test('the page shows every value', async () => {
  const html = (await textOf(testSite(), '/docs/sealing')).replace(/&quot;/g, '"').replace(/<[^>]*>/g, '')
  for (const message of [request, answer])
    for (const value of [message.zHex, message.contentKeyHex, message.headerJson, message.jwe]) expect(html).toContain(value)
  for (const value of [request.kdfInputHex, request.protectedHeader, request.ivHex, request.ciphertextHex, request.tagHex])
    expect(html).toContain(value)
  for (const value of [session.zHex, session.saltHex, session.requestKeyHex, session.answerKeyHex, session.request.jwe, session.answer.jwe])
    expect(html).toContain(value)
  for (const value of [field.keyHex, field.base64]) expect(html).toContain(value)
})

const scriptOf = (name: string): string => fileURLToPath(new URL(`../examples/${name}`, import.meta.url))
function exampleFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sealing-example-')), 'sealing-example.json')
  writeFileSync(file, JSON.stringify(example))
  return file
}

test('recompute.mjs, as readers download it, agrees', () => {
  expect(execFileSync(process.execPath, [scriptOf('recompute.mjs'), exampleFile()], { encoding: 'utf8' })).toMatch(
    /everything as printed\n$/,
  )
})

const python = ['python3', process.env.DCMS_PYTHON].findLast(
  (each) => each !== undefined && spawnSync(each, ['-c', 'import cryptography']).status === 0,
)
test(`recompute.py agrees${python === undefined ? ' (not checked: no Python with cryptography here)' : ''}`, () => {
  if (python === undefined) return
  expect(execFileSync(python, [scriptOf('recompute.py'), exampleFile()], { encoding: 'utf8' })).toMatch(/everything as printed\n$/)
})

const hasOpenssl = /^OpenSSL [3-9]/.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')
test(`the openssl commands of the page print the keys${hasOpenssl ? '' : ' (not checked: no OpenSSL 3 here)'}`, async () => {
  const html = (await textOf(testSite(), '/docs/sealing')).replace(/<[^>]*>/g, '')
  const commands = [...html.matchAll(/openssl kdf[\s\S]*?(?:SSKDF|HKDF)/g)].map(([command]) =>
    command.replace(/\\\n/g, ' ').split(/\s+/).slice(1),
  )
  expect(commands).toHaveLength(2)
  if (!hasOpenssl) return
  const keys = commands.map((command) => execFileSync('openssl', command, { encoding: 'utf8' }).replace(/[:\s]/g, '').toLowerCase())
  expect(keys).toEqual([request.contentKeyHex, session.requestKeyHex])
})
