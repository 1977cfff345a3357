// The code that the README shows, run.
import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { parseMasterKey, SoftwareHsm } from '../src/index.ts'
import { exchangeKey, kitNo, pinCall } from './bank-hsm.ts'
import { memoryKeyStore } from './memory-key-store.ts'

test('a card gets a number and a PIN, as the README shows it', async () => {
  const [store, masterKeyBase64, zoneKey] = [memoryKeyStore(), randomBytes(32).toString('base64'), randomBytes(32)]
  const [counter, aad] = [7, `kit/${kitNo}/pan`]
  // #region number-and-pin
  const hsm = new SoftwareHsm(store, parseMasterKey(masterKeyBase64), { zoneKey }) // store: a KeyStore over the service's own collection
  for (const purpose of ['data', 'numbering', 'pvk'] as const) await hsm.ensureKey('ACME_BANK', purpose)
  const pan = await hsm.numberPan('ACME_BANK', { bin: '608040', panLength: 16, rangeStart: 0, rangeSize: 500_000_000 }, counter)
  const stored = { ciphertext: await hsm.encrypt('ACME_BANK', 'data', Buffer.from(pan.reveal()), aad), aad }
  // #endregion
  const { encryptedBlock } = pinCall(await exchangeKey(hsm, 'pin'), '1234', { account: pan.reveal() })
  // #region number-and-pin
  const reference = await hsm.setPin('ACME_BANK', stored, { scheme: 'v2', encryptedBlock, panSource: 'PAN', kitNo }, 4)
  // #endregion
  expect(pan.reveal()).toMatch(/^608040\d{10}$/)
  expect(reference).toEqual({ method: 'PVV', keyVersion: 1, value: expect.stringMatching(/^\d{4}$/) })
})
