// GnuPG opens what we seal, and we open what it seals.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makePgpKeyPair, openFile, type PgpKeyPair, sealFile } from '../src/envelope.ts'
import { wholeOf } from './layouts.ts'

const hasGpg = spawnSync('gpg', ['--version']).status === 0
const inTurn = hasGpg ? test : test.skip
if (!hasGpg) test('NOT CHECKED: gpg is not installed here, so nothing was opened by it', () => undefined)

const home = mkdtempSync(join(tmpdir(), 'dcms-gpg-'))
let bank: PgpKeyPair
let vendor: PgpKeyPair

function gpg(args: readonly string[], input: string | Buffer): { out: Buffer; told: string } {
  const { status, stdout, stderr } = spawnSync(
    'gpg',
    ['--homedir', home, '--batch', '--quiet', '--trust-model', 'always', '--status-fd', '2', ...args],
    { input },
  )
  if (status !== 0) throw new Error(`gpg ${args.join(' ')}: ${stderr}`)
  return { out: stdout, told: stderr.toString() }
}

beforeAll(async () => {
  const made = await Promise.all(['ACME_BANK kit', 'Thales'].map((name) => makePgpKeyPair(name, new Date(Date.now() - 60_000))))
  ;[bank, vendor] = made as [PgpKeyPair, PgpKeyPair]
  if (!hasGpg) return
  gpg(['--import'], vendor.privateKey)
  gpg(['--import'], bank.publicKey)
})
afterAll(() => {
  if (hasGpg) spawnSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'])
  rmSync(home, { recursive: true, force: true })
})

const rows = 'D,4240000001,PRODUCED\n'.repeat(20_000)

inTurn('gpg opens a sealed file with the vendor’s key, and takes our signature for good', async () => {
  const source = async function* () {
    yield Buffer.from(rows)
  }
  const sealed = await wholeOf(await sealFile(source(), { to: vendor.publicKey, signWith: bank.privateKey }))
  const { out, told } = gpg(['--decrypt'], sealed)
  expect(out.toString() === rows).toBe(true)
  expect(told).toContain('GOODSIG')
  expect(told.toLowerCase()).toContain(`validsig ${bank.fingerprint}`)
})

inTurn('we open what gpg encrypted and signed', async () => {
  const file = join(home, 'return.csv')
  writeFileSync(file, rows)
  gpg(['--import'], bank.publicKey)
  const { out } = gpg(
    ['--encrypt', '--sign', '--recipient', bank.fingerprint, '--local-user', vendor.fingerprint, '--output', '-', file],
    '',
  )
  const source = async function* () {
    yield out
  }
  const opened = await openFile(source(), { decryptWith: bank.privateKey, signedBy: [vendor.publicKey] })
  expect((await wholeOf(opened.cleartext)).toString() === rows).toBe(true)
  await opened.verified()
})
