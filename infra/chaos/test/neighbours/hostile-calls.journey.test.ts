// One bank's client sends bodies made to be hard to read, a stranger guesses its passwords, a key
// of it is damaged: another bank's calls and log-ins are as ever.
import { randomInt } from 'node:crypto'
import { sdkOptions } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import { databaseName } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mongo } from 'mongoose'
import { besideNeighbour, eventually, expectUnharmed, pressing, startTestBank, type TestBank } from '../../src/index.ts'

/** Just below the megabyte that calls may have. */
const EMPTY_ADDRESSES = 348_000
const BODIES_AT_ONCE = 4
const BODIES_PAUSE_MS = 200
const GUESSERS = 8
const GUESSES_PAUSE_MS = 20
/** A bank that could not be served is tried again at pauses of up to a minute. */
const MENDED_WITHIN_MS = 70_000

let bank: TestBank
let token: string
let entityId: string
beforeAll(async () => {
  bank = await startTestBank({ environment: { gateway: { TRUSTED_PROXIES: '127.0.0.1/32' } } })
  const hostile = new Dcms({ ...sdkOptions(bank.client, 'SANDBOX_BANK'), mode: 'clear' })
  token = await hostile.currentToken()
  await hostile.close()
  ;({ entityId } = await bank.dcms.register(bank.newCustomer()))
}, 150_000)
afterAll(() => bank.stop())

const post = (path: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string>): Promise<Response> =>
  fetch(`${bank.installation.gatewayUrl}${path}`, {
    method: 'POST',
    body,
    headers: { tenant: 'SANDBOX_BANK', 'content-type': 'application/json', ...headers },
  })

/** Any address of a network kept for documents. */
const someAddress = (): string => `198.51.100.${randomInt(1, 255)}`

test('look-ups of a healthy bank keep their time beside bodies of a megabyte that hold nothing but empty addresses', async () => {
  const { addressInfo: _left, ...rest } = bank.newCustomer()
  // As bytes, and some twenty a second: what is measured is the product, not how fast this process
  // can make them.
  const body = Buffer.from(`${JSON.stringify(rest).slice(0, -1)},"addressInfo":[${'{},'.repeat(EMPTY_ADDRESSES - 1)}{}]}`)
  const statuses = new Set<number>()
  const measured = await besideNeighbour(
    () => bank.dcms.fetchKitsByEntityId({ entityId }),
    (signal) =>
      pressing(
        BODIES_AT_ONCE,
        signal,
        async () => {
          const answer = await post('/v1/register', body, { authorization: `Bearer ${token}` })
          statuses.add(answer.status)
          await answer.arrayBuffer()
        },
        BODIES_PAUSE_MS,
      ),
  )
  expectUnharmed(measured)
  expect([...statuses].filter((status) => ![400, 413, 429, 503].includes(status))).toEqual([])
}, 120_000)

test('log-ins and look-ups of a healthy bank go on while a stranger guesses passwords of both banks from many addresses', async () => {
  const { username } = bank.client.tenants.SANDBOX_BANK
  const statuses = new Map<number, number>()
  const refusedLogIns: unknown[] = []
  const logInOfHealthyBank = async (): Promise<void> => {
    await bank
      .connect()
      .currentToken()
      .catch((error: unknown) => refusedLogIns.push(error))
  }
  const measured = await besideNeighbour(
    () => bank.dcms.fetchKitsByEntityId({ entityId }),
    (signal) =>
      pressing(
        GUESSERS,
        signal,
        async (turn) => {
          const guess = JSON.stringify({ username, password: `guess-${turn}` })
          const answer = await post('/api/authenticate', guess, { 'x-forwarded-for': someAddress() })
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          await answer.arrayBuffer()
          if (turn % 50 === 25) await logInOfHealthyBank()
        },
        GUESSES_PAUSE_MS,
      ),
  )
  expectUnharmed(measured)
  expect(statuses.get(200)).toBeUndefined()
  expect(refusedLogIns).toEqual([])
  // The guessed user's own source is let in all the while.
  const own = new Dcms({ ...sdkOptions(bank.client, 'SANDBOX_BANK'), mode: 'clear' })
  expect(await own.currentToken()).toMatch(/^ey/)
  await own.close()
}, 120_000)

test('a damaged key of one bank keeps a restarted service from that bank alone, until the key is mended', async () => {
  const { engines, installation, process } = bank.installation
  const client = await mongo.MongoClient.connect(engines.mongoUrl)
  try {
    const keys = client.db(databaseName(installation, 'kit')).collection<{ _id: string; wrapped: string }>('keys')
    const key = await keys.findOne({ _id: { $gte: 'SANDBOX_BANK/data/', $lt: 'SANDBOX_BANK/data0' } })
    if (!key) throw new Error('the bank has no data key')
    const damaged = key.wrapped.replace(/.{8}$/, (end) => (end === '00000000' ? '11111111' : '00000000'))
    await keys.updateOne({ _id: key._id }, { $set: { wrapped: damaged } })
    const kit = process('kit')
    await kit.stop()
    await kit.start()
    await kit.waitReady() // ready, whatever the one bank lacks
    await eventually(async () => expect(await bank.dcms.fetchKitsByEntityId({ entityId })).toHaveLength(1))
    const ofDamagedBank = () =>
      post('/v1/kit-manager/fetchKitsByEntityId', JSON.stringify({ entityId }), { authorization: `Bearer ${token}` })
    expect((await ofDamagedBank()).status).toBe(503)
    expect(await (await fetch(`${kit.url}/metrics`)).text()).toMatch(/^dcms_banks_not_served\{[^}]*unserved[^}]*\} 1$/m)

    await keys.updateOne({ _id: key._id }, { $set: { wrapped: key.wrapped } })
    await eventually(async () => expect((await ofDamagedBank()).status).not.toBe(503), MENDED_WITHIN_MS)
  } finally {
    await client.close()
  }
}, 120_000)
