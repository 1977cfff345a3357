// Files on their way to a gateway: the form, sealed piece by piece, from whatever they come.
import { Readable } from 'node:stream'
import { decryptField } from '@dcms/sealing'
import { expect, test } from '@jest/globals'
import { DcmsConnectionError, DcmsInputError, type FileContent } from '../src/index.ts'
import { client, gateway, gatewayForEachTest } from './clients.ts'
import { fieldKey } from './fake-gateway.ts'

gatewayForEachTest()

const text = 'H|PGK|1|ACME_BANK|20260110091200|REF\nD|1|…\n'.repeat(5_000) // several pieces
async function* stream(): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += 1_013) yield bytes.subarray(from, from + 1_013)
}
const webStream = (): ReadableStream<Uint8Array> => new Blob([text]).stream()

test.each<[string, () => FileContent]>([
  ['a text', () => text],
  ['bytes', () => Buffer.from(text)],
  ['a generator', stream],
  ['a stream of Node', () => Readable.from([text.slice(0, 10), text.slice(10)])],
  ['a web stream', () => webStream() as unknown as AsyncIterable<Uint8Array>],
])('%s arrives as it is, sealed, in a form of one part', async (_what, content) => {
  for (const mode of ['session', 'one-shot', 'clear'] as const) {
    gateway.behave = () => ({ result: { fileName: 'kits.txt', status: 'success' } })
    const answered = await client({ mode }).uploadCardOrderFile({ fileName: 'kits (1).txt', content: content() })
    expect(answered).toEqual({ fileName: 'kits.txt', status: 'success' })
    const { path, headers, body } = gateway.calls.at(-1) ?? {}
    expect(path).toBe('/v1/card-order/uploadFile')
    expect(headers?.['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
    expect(body).toEqual({ fileName: 'kits (1).txt', type: mode === 'clear' ? 'text/plain' : 'application/jose', text })
  }
})

test('text and bytes are sent again under the same key when the connection is lost, as they were at the call', async () => {
  gateway.behave = (_call, number) => (number === 1 ? { hangUp: true } : {})
  const bytes = Buffer.from(text)
  const sent = client().uploadCardOrderFile({ fileName: 'kits.txt', content: bytes })
  bytes.fill(0)
  expect(await sent).toBe('success')
  const [first, second] = gateway.calls
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
  expect(second?.body).toMatchObject({ text })
})

test('a stream is sent once: what became of it is for the caller to find out', async () => {
  gateway.behave = () => ({ hangUp: true })
  await expect(client().uploadCardOrderFile({ fileName: 'kits.txt', content: stream() })).rejects.toBeInstanceOf(DcmsConnectionError)
  expect(gateway.calls).toHaveLength(1)
})

test('what is no file is refused before anything is sent', async () => {
  const upload = (body: unknown) => client().uploadCardOrderFile(body as never)
  await expect(upload({ content: text })).rejects.toThrow(DcmsInputError)
  await expect(upload({ fileName: 'kits.txt', content: 5 })).rejects.toThrow('content must be a text, bytes, or a stream of either')
  await expect(upload(undefined)).rejects.toThrow(DcmsInputError)
  expect(gateway.calls).toEqual([])
})

test('a file of kits is written with its card numbers encrypted, counted and hashed', async () => {
  const cardNumber = '4111111111111111'
  const kit = { kitNo: 'K1', productId: 'P1', bin: '411111', expiry: '1139', branchId: 'B1', cardNumber }
  const dcms = client()
  const pieces: Uint8Array[] = []
  for await (const piece of dcms.orderFile({ orderRef: 'REF', fileDate: '20260110091200' }, [
    kit,
    { ...kit, kitNo: 'K2', parentKitNo: 'BOX', aliasName: 'INSTA CARD', plasticCode: '71' },
  ]))
    pieces.push(piece)
  const lines = Buffer.concat(pieces).toString().split('\n')
  expect(lines.map((line) => line.replace(/[0-9a-f]{64}/, 'HASH').replace(/[A-Za-z0-9+/]{64}/, 'CARD'))).toEqual([
    'H|PGK|1|ACME_BANK|20260110091200|REF',
    'D|1|K1||P1|411111||CARD|1111|1139||B1',
    'D|2|K2|BOX|P1|411111|71|CARD|1111|1139|INSTA CARD|B1',
    'T|2|HASH',
    '',
  ])
  const encrypted = /[A-Za-z0-9+/]{64}/.exec(lines[1] ?? '')?.[0] ?? ''
  expect(decryptField(encrypted, fieldKey)).toBe(cardNumber)
  expect(decryptField(dcms.encryptCardNumber(cardNumber), fieldKey)).toBe(cardNumber)
})

test('kits that would break the lines are refused by their place, without their values', async () => {
  const kit = { kitNo: 'K1', productId: 'P1', bin: '411111', expiry: '1139', branchId: 'B1', cardNumber: '4111111111111111' }
  const write = async (change: object) => {
    for await (const _piece of client().orderFile({ orderRef: 'REF' }, [kit, { ...kit, ...change }]));
  }
  await expect(write({ aliasName: 'A|B' })).rejects.toThrow('kits[1] must have no | and no control characters')
  await expect(write({ aliasName: 'A\nB' })).rejects.toThrow('kits[1] must have no | and no control characters')
  await expect(write({ cardNumber: '4111' })).rejects.toThrow('kits[1].cardNumber must be 16 to 19 digits')
  expect(() => client().encryptCardNumber('4111')).toThrow('cardNumber must be 16 to 19 digits')
  expect(() => client({ keys: { clientKeys: { keys: [] } }, mode: 'clear' }).encryptCardNumber('4111111111111111')).toThrow(
    'keys.fieldKey was not given',
  )
})
