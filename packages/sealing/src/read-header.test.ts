// Reading a message without opening it.
import { describe, expect, test } from '@jest/globals'
import { ONE_MESSAGE, refusalOf } from '../test/refusal.ts'
import { readHeader, SessionKey, sealSession } from './index.ts'

const REFUSED = `decrypt-failed: ${ONE_MESSAGE}`
const encode = (header: unknown) => Buffer.from(typeof header === 'string' ? header : JSON.stringify(header)).toString('base64url')
const withHeader = (header: unknown) => `${encode(header)}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`
const direct = { alg: 'dir', enc: 'A256GCM', kid: 'ticket' }
const epk = { kty: 'OKP', crv: 'X25519', x: 'AAAA' }

test('header and parts of a good message are read, from text and from bytes', () => {
  const jwe = sealSession('{}', SessionKey.fromBytes(Buffer.alloc(32, 1)), 'ticket', {
    iat: 1700000000,
    jti: 'j',
    aud: 'ACME_BANK',
    htu: 'POST /kit-manager/setPin',
    irt: 'i',
    reply_kid: 'r',
  })
  const parsed = readHeader(jwe)
  expect(parsed.header).toEqual({
    ...direct,
    cty: 'application/json',
    iat: 1700000000,
    jti: 'j',
    aud: 'ACME_BANK',
    htu: 'POST /kit-manager/setPin',
    irt: 'i',
    reply_kid: 'r',
  })
  expect([parsed.iv.length, parsed.ciphertext.length, parsed.tag.length]).toEqual([12, 2, 16])
  expect(readHeader(Buffer.from(jwe))).toEqual(parsed)
})

test('an empty plaintext is well formed', () => {
  expect(readHeader(sealSession('', SessionKey.fromBytes(Buffer.alloc(32, 1)), 't')).ciphertext).toHaveLength(0)
})

test('a header without kid has the empty kid, and members we do not know are left out', () => {
  expect(readHeader(withHeader({ alg: 'dir', enc: 'A256GCM', typ: 'JWE', jku: 'https://example.test' })).header).toEqual({
    alg: 'dir',
    enc: 'A256GCM',
    kid: '',
  })
})

test('of a repeated member the last counts', () => {
  expect(readHeader(withHeader('{"alg":"none","alg":"dir","enc":"A256GCM"}')).header.alg).toBe('dir')
})

describe('a header is refused', () => {
  test.each([
    ['with another algorithm', { ...direct, alg: 'ECDH-ES+A256KW' }],
    ['with the algorithm in other letters', { ...direct, alg: 'DIR' }],
    ['with another content encryption', { ...direct, enc: 'A128GCM' }],
    ['without content encryption', { alg: 'dir', kid: 'ticket' }],
    ['with compression', { ...direct, zip: 'DEF' }],
    ['with zip of null', { ...direct, zip: null }],
    ['with critical members', { ...direct, crit: ['exp'], exp: 1 }],
    ['with b64', { ...direct, b64: false }],
    ['with a kid that is no text', { ...direct, kid: 7 }],
    ['with iat as text', { ...direct, iat: '1700000000' }],
    ['with an iat beyond all numbers', '{"alg":"dir","enc":"A256GCM","iat":1e999}'],
    ['with a jti that is no text', { ...direct, jti: {} }],
    ['with an aud that is a list', { ...direct, aud: ['ACME_BANK'] }],
    ['with an htu that is no text', { ...direct, htu: null }],
    ['with a reply_kid that is no text', { ...direct, reply_kid: [] }],
    ['without ephemeral key in one-shot mode', { alg: 'ECDH-ES', enc: 'A256GCM' }],
    ['with an ephemeral key that is text', { alg: 'ECDH-ES', enc: 'A256GCM', epk: 'AAAA' }],
    ['with an ephemeral key of another curve', { alg: 'ECDH-ES', enc: 'A256GCM', epk: { ...epk, crv: 'X448' } }],
    ['with an ephemeral key whose type and curve differ', { alg: 'ECDH-ES', enc: 'A256GCM', epk: { ...epk, kty: 'EC' } }],
    ['with an ephemeral key that shows its private part', { alg: 'ECDH-ES', enc: 'A256GCM', epk: { ...epk, d: 'AAAA' } }],
    ['with a P-256 key without y', { alg: 'ECDH-ES', enc: 'A256GCM', epk: { kty: 'EC', crv: 'P-256', x: 'AAAA' } }],
    ['that is a list', [direct]],
    ['that is null', 'null'],
    ['that is no JSON', '{"alg":"dir",'],
    ['that begins with a byte order mark', `\uFEFF${JSON.stringify(direct)}`],
    ['of thousands of brackets', '['.repeat(3000)],
    ['longer than 4 kB', { ...direct, filler: 'x'.repeat(3100) }],
  ])('%s', (_what, header) => {
    expect(refusalOf(() => readHeader(withHeader(header)))).toBe(REFUSED)
  })

  test('that is not UTF-8', () => {
    const header = Buffer.concat([Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"'), Buffer.from([0xff]), Buffer.from('"}')])
    expect(refusalOf(() => readHeader(withHeader('{}').replace(encode('{}'), header.toString('base64url'))))).toBe(REFUSED)
  })
})

describe('a message is refused', () => {
  const head = encode(direct)
  const iv = 'AAAAAAAAAAAAAAAA'
  const tag = 'AAAAAAAAAAAAAAAAAAAAAA'
  test.each([
    ['that is empty', ''],
    ['of dots only', '....'],
    ['without header', `..${iv}.AAAA.${tag}`],
    ['of four parts', `${head}..${iv}.${tag}`],
    ['of six parts', `${head}..${iv}.AAAA.AAAA.${tag}`],
    ['with an encrypted key', `${head}.AAAA.${iv}.AAAA.${tag}`],
    ['with a short IV', `${head}..AAAAAAAAAAAAAAA.AAAA.${tag}`],
    ['with an IV of 16 bytes', `${head}..AAAAAAAAAAAAAAAAAAAAAA.AAAA.${tag}`],
    ['with a tag of 12 bytes', `${head}..${iv}.AAAA.AAAAAAAAAAAAAAAA`],
    ['with a tag of 17 bytes', `${head}..${iv}.AAAA.${tag}A`],
    ['with padding', `${head}..${iv}.AA==.${tag}`],
    ['in the other Base64 alphabet', `${head}..${iv}.A+A/.${tag}`],
    ['with white space inside', `${head}..${iv}.AA AA.${tag}`],
    ['with a line end behind it', `${head}..${iv}.AAAA.${tag}\n`],
    ['with stray final bits in the ciphertext', `${head}..${iv}.AB.${tag}`],
    ['with stray final bits in the tag', `${head}..${iv}.AAAA.AAAAAAAAAAAAAAAAAAAAAB`],
    ['with a lone last character', `${head}..${iv}.AAAAA.${tag}`],
    ['with letters beyond Latin-1 that end in the same bits', `${head}..${iv}.AA\u0141A.${tag}`],
    ['in the JSON serialisation', JSON.stringify({ protected: head, iv, ciphertext: 'AAAA', tag })],
  ])('%s', (_what, jwe) => {
    expect(refusalOf(() => readHeader(jwe))).toBe(REFUSED)
    expect(refusalOf(() => readHeader(Buffer.from(jwe)))).toBe(REFUSED)
  })

  test('of more than 64 MB', () => {
    expect(refusalOf(() => readHeader(Buffer.alloc(64 * 1024 * 1024 + 1, 'A')))).toBe(REFUSED)
  })

  test.each([undefined, null, 7, {}, []])('that is no text: %p', (value) => {
    expect(refusalOf(() => readHeader(value as unknown as string))).toBe(REFUSED)
  })
})
