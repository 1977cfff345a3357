// No card number leaves the vault in clear: not into a log, not into an event. What the whole suite
// leaves is searched by infra/leak-scan.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventLog, eventually, startTestBank, type TestBank } from '../src/index.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await startTestBank()
}, 150_000)
afterAll(() => bank.stop())

test('card numbers, passwords, tokens and document numbers are in no log and no event', async () => {
  const secrets: string[] = [bank.client.tenants.ACME_BANK.password, await bank.dcms.currentToken(), 'ABCDE1234F']
  for (let count = 0; count < 5; count++) {
    const { entityId, kitInfo } = await bank.dcms.register(bank.newCustomer())
    const [kit] = kitInfo
    if (!kit) throw new Error('no card was issued')
    secrets.push(bank.cardNumberOf(kit))
    await bank.dcms.activateKit({ entityId, kitNo: kit.kitNo })
  }
  await expect(bank.dcms.register({ ...bank.newCustomer(), entityId: secrets.at(-1) ?? '', dob: 'x' } as never)).rejects.toMatchObject({
    errorCode: 'invalid.input.request',
  })
  const { kafkaBrokers } = bank.installation.engines
  const log = await eventLog({ kafkaBrokers, installation: bank.installation.installation })
  try {
    await eventually(async () => expect(log.events.filter(({ type }) => type === 'KitActivated')).toHaveLength(5))
    const events = JSON.stringify(log.events)
    for (const secret of secrets) expect(events.includes(secret)).toBe(false)
  } finally {
    await log.stop()
  }
  const files = await readdir(bank.installation.logDir)
  expect(files.length).toBeGreaterThanOrEqual(4)
  for (const file of files) {
    const text = await readFile(join(bank.installation.logDir, file), 'utf8')
    for (const secret of secrets) expect(text.includes(secret)).toBe(false)
  }
})
