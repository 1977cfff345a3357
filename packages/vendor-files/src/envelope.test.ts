// The envelope: only the receiver opens it, only the sender's signature counts, and nothing of it
// is held back in memory.
import { beforeAll, expect, test } from '@jest/globals'
import { batchesOf, wholeOf } from '../test/layouts.ts'
import { makePgpKeyPair, openFile, type PgpKeyPair, sealFile } from './envelope.ts'

const text = Buffer.from('D,4240000001,PRODUCED\n'.repeat(5_000))
const chunks = () => batchesOf([text.subarray(0, 40_000), text.subarray(40_000)], 1)
async function* flat(batches: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer> {
  for await (const batch of batches) yield* batch
}
const one = async function* (bytes: Uint8Array) {
  yield bytes
}

let bank: PgpKeyPair
let vendor: PgpKeyPair
let stranger: PgpKeyPair
beforeAll(async () => {
  const made = await Promise.all(['ACME_BANK kit', 'Thales', 'Somebody'].map((name) => makePgpKeyPair(name)))
  ;[bank, vendor, stranger] = made as [PgpKeyPair, PgpKeyPair, PgpKeyPair]
})

const sealed = async (signWith = bank.privateKey, to = vendor.publicKey) => wholeOf(await sealFile(flat(chunks()), { to, signWith }))

test('the receiver reads what the sender wrote, and knows who that was', async () => {
  const bytes = await sealed()
  expect(bytes.includes('4240000001')).toBe(false)
  const opened = await openFile(one(bytes), { decryptWith: vendor.privateKey, signedBy: [stranger.publicKey, bank.publicKey] })
  expect((await wholeOf(opened.cleartext)).equals(text)).toBe(true)
  await opened.verified()
  expect(bank.fingerprint).toMatch(/^[0-9a-f]{40}$/)
})

test('somebody else’s signature is none', async () => {
  const opened = await openFile(one(await sealed(stranger.privateKey)), { decryptWith: vendor.privateKey, signedBy: [bank.publicKey] })
  await wholeOf(opened.cleartext)
  await expect(opened.verified()).rejects.toThrow('the signature is not one of the sender’s')
})

test('a file for somebody else, a damaged one and one that is no OpenPGP at all do not open', async () => {
  const opening = { decryptWith: vendor.privateKey, signedBy: [bank.publicKey] }
  const open = async (bytes: Uint8Array) => {
    const opened = await openFile(one(bytes), opening)
    await wholeOf(opened.cleartext)
    await opened.verified()
  }
  await expect(open(await sealed(bank.privateKey, stranger.publicKey))).rejects.toThrow('does not open with our key')
  const bytes = await sealed()
  const flipped = Buffer.from(bytes)
  flipped[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
  await expect(open(flipped)).rejects.toThrow(/does not open with our key|signature is not one/)
  await expect(open(bytes.subarray(0, bytes.length - 200))).rejects.toThrow(/does not open with our key|signature is not one/)
  await expect(open(Buffer.from('H,RETURN,1\n'))).rejects.toThrow('does not open with our key')
})

test('keys that are none, or private where a public one is due, are refused', async () => {
  await expect(sealFile(one(text), { to: 'nothing', signWith: bank.privateKey })).rejects.toThrow(
    'the key of the receiver is no OpenPGP key',
  )
  await expect(sealFile(one(text), { to: vendor.privateKey, signWith: bank.privateKey })).rejects.toThrow('is a private one')
})

test('a fault of the source comes out of the sealed stream', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield text
    throw new Error('row 7: too long')
  }
  await expect(sealFile(broken(), { to: vendor.publicKey, signWith: bank.privateKey }).then(wholeOf)).rejects.toThrow('row 7: too long')
})

test('what is sealed is read as it goes out: the source is never far ahead', async () => {
  let given = 0
  async function* source(): AsyncGenerator<Buffer> {
    for (; given < 200; given++) yield Buffer.alloc(65_536, 'x')
  }
  let got = 0
  let ahead = 0
  for await (const chunk of await sealFile(source(), { to: vendor.publicKey, signWith: bank.privateKey })) {
    got += chunk.length
    ahead = Math.max(ahead, given * 65_536 - got)
  }
  expect(got).toBeGreaterThan(200 * 65_536)
  expect(ahead).toBeLessThan(2_000_000)
})
