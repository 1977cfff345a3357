import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readLedger, usedSecret } from './secret.ts'

const ledgerBefore = process.env.DCMS_SECRET_LEDGER
let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-ledger-'))
  file = join(folder, 'secrets')
  process.env.DCMS_SECRET_LEDGER = file
})
afterEach(async () => {
  delete process.env.DCMS_SECRET_LEDGER
  if (ledgerBefore !== undefined) process.env.DCMS_SECRET_LEDGER = ledgerBefore
  await rm(folder, { recursive: true })
})

test('what was noted is read, each once', async () => {
  expect(usedSecret('pan', '6080390000022751')).toBe('6080390000022751')
  usedSecret('pin', '1234')
  usedSecret('pin', '1234')
  expect(await readLedger(file)).toEqual([
    { kind: 'pan', value: '6080390000022751' },
    { kind: 'pin', value: '1234' },
  ])
})

test('nothing noted is an empty ledger', async () => expect(await readLedger(file)).toEqual([]))

test('outside a test run nothing is written', async () => {
  delete process.env.DCMS_SECRET_LEDGER
  usedSecret('cvv', '237')
  expect(await readLedger(file)).toEqual([])
})

test('what is no such secret is refused without being told', () => {
  expect(() => usedSecret('pinBlock', '1234')).toThrow(new TypeError('a pinBlock is not written like this'))
})
