// What a noting client writes down of calls and answers; the client's own work is replaced.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dcms } from '@dcms/sdk'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { noting, pinBlock } from './noting-client.ts'

const CARD = '6080390000022751'
const ledgerBefore = process.env.DCMS_SECRET_LEDGER
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-noting-'))
  process.env.DCMS_SECRET_LEDGER = join(folder, 'secrets')
})
afterEach(async () => {
  delete process.env.DCMS_SECRET_LEDGER
  if (ledgerBefore !== undefined) process.env.DCMS_SECRET_LEDGER = ledgerBefore
  await rm(folder, { recursive: true })
})

const noted = async (): Promise<string[]> => (await readFile(join(folder, 'secrets'), 'utf8').catch(() => '')).split('\n').filter(Boolean)

/** A client that calls nobody: every endpoint answers `result`. */
function client(result: unknown): Dcms {
  const dcms = new Dcms({
    baseUrl: 'http://127.0.0.1:1',
    tenant: 'ACME_BANK',
    username: 'u',
    password: 'p',
    mode: 'clear',
    keys: { clientKeys: { keys: [] }, pinKey: Buffer.alloc(32, 7).toString('base64') },
  })
  const stub = Object.assign(dcms, { decryptCardNumber: () => CARD })
  for (const name of ['getCvv', 'fetchKitsByEntityId', 'setPinV2', 'setPin', 'validateCardEnding'])
    Object.defineProperty(stub, name, { configurable: true, writable: true, value: async () => result })
  return noting(stub)
}

test('card numbers and CVVs of answers are noted', async () => {
  await client([{ encryptedCardNumber: 'sealed' }]).fetchKitsByEntityId({ entityId: 'a' })
  await client({ cvv: '237', expiryCvv: 120 }).getCvv({ kitNo: '1' })
  expect(await noted()).toEqual([`pan ${CARD}`, 'cvv 237'])
})

test('a PIN call notes PIN, card number, clear block and what it sends', async () => {
  await client(true).pins.set({ entityId: 'a', kitNo: '4240181647', expiryDate: '0729', pin: '1234', cardNumber: CARD })
  expect(await noted()).toEqual([
    `pan ${CARD}`,
    'pin 1234',
    'pinBlock 0412376FFFFFDD8A',
    expect.stringMatching(/^encryptedPin [A-Za-z0-9+/]{64}$/),
  ])
})

test('an encrypted PIN made for a body of its own is noted, for a kit number too', async () => {
  const text = client(true).encryptPinV1('1234', { kitNo: '4240181647' })
  expect(await noted()).toEqual(['pin 1234', 'pinBlock 041234FBDBFE7E9B', `encryptedPin ${text}`])
})

test('malformed values are no secrets', async () => {
  await client(true).setPinV2({ entityId: 'a', kitNo: '1', expiryDate: '0729', pin: '???' })
  expect(await noted()).toEqual([])
})

test('the block is that of the worked examples', () => {
  expect(pinBlock('1234', CARD)).toBe('0412376FFFFFDD8A')
  expect(pinBlock('1234', '4240181647')).toBe('041234FBDBFE7E9B')
})
