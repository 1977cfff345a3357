// The core banking system over HTTP, with the real store.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type OwnSandbox, type Reply, startOwnSandbox } from './own-sandbox.ts'

let sandbox: OwnSandbox
/** A bank of its own for each test. */
let bank: string
beforeAll(async () => {
  sandbox = await startOwnSandbox()
})
beforeEach(() => {
  bank = `BANK_${randomBytes(4).toString('hex').toUpperCase()}`
})
afterAll(() => sandbox.stop())

const ACCOUNT = '1234567890'
const asked = (reference: string, amountMinor: number, kind = 'DEBIT') => ({
  reference,
  kind,
  accountNo: ACCOUNT,
  amountMinor,
  currency: 'INR',
})
const post = (body: object, tenant = bank): Promise<Reply> => sandbox.call(tenant, 'POST', '/core-banking/postings', body)
const pathOf = (reference: string): string => `/core-banking/postings/${encodeURIComponent(reference)}`
const ask = (reference: string): Promise<Reply> => sandbox.call(bank, 'GET', pathOf(reference))
const step = (reference: string, verb: string, body: object = {}): Promise<Reply> =>
  sandbox.call(bank, 'POST', `${pathOf(reference)}/${verb}`, body)
const control = (path: string, body?: object): Promise<Reply> => sandbox.control(bank, 'POST', path, body)
const holds = async (tenant = bank): Promise<number> =>
  (await sandbox.call(tenant, 'GET', `/core-banking/accounts/${ACCOUNT}/balance`)).body.availableMinor
const codeOf = ({ status, body }: Reply) => [status, body.error?.code]

beforeEach(() => control('/core-banking/rules', { openingBalanceMinor: 1_000 }))

test('a debit that comes many times, also at once, is done once', async () => {
  const replies = await Promise.all(Array.from({ length: 8 }, () => post(asked('wallet/T1', 300))))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  for (const { body } of replies) expect(body).toEqual({ reference: 'wallet/T1', status: 'APPLIED' })
  expect(await holds()).toBe(700)
  expect((await ask('wallet/T1')).body).toEqual({ reference: 'wallet/T1', status: 'APPLIED' })
})

test('an account is never overdrawn by debits at once, and what is refused stays refused', async () => {
  const replies = await Promise.all(Array.from({ length: 8 }, (_, at) => post(asked(`T${at}`, 300))))
  expect(replies.filter(({ body }) => body.status === 'APPLIED')).toHaveLength(3)
  expect(await holds()).toBe(100)
  const refusedOne = replies.find(({ body }) => body.status === 'REFUSED')?.body
  expect(refusedOne).toMatchObject({ code: 'funds.insufficient' })
  await post(asked('salary', 5_000, 'CREDIT'))
  expect((await post(asked(refusedOne.reference, 300))).body).toEqual(refusedOne)
})

test('another posting under the same reference is refused; another bank’s is its own', async () => {
  await post(asked('T1', 300))
  expect(codeOf(await post(asked('T1', 301)))).toEqual([409, 'reference.conflict'])
  const other = `${bank}_2`
  expect((await post(asked('T1', 301), other)).body).toMatchObject({ status: 'APPLIED' })
  expect(await holds()).toBe(700)
})

test('a debit is undone once, and one that is undone before it comes moves nothing', async () => {
  await post(asked('T1', 300))
  for (let times = 0; times < 2; times++) expect((await step('T1', 'reverse')).body).toMatchObject({ status: 'REVERSED' })
  expect(await holds()).toBe(1_000)
  expect((await step('T2', 'reverse')).body).toEqual({ reference: 'T2', status: 'REVERSED' })
  expect((await post(asked('T2', 300))).body).toMatchObject({ status: 'REVERSED' })
  expect(await holds()).toBe(1_000)
})

test('a reversal and the posting at once leave the money where it was, whichever comes first', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, at) => [post(asked(`T${at}`, 10)), step(`T${at}`, 'reverse')]).flat())
  expect(await holds()).toBe(1_000)
})

test('a hold takes what it may cost; captured it costs what was captured, released nothing', async () => {
  await post(asked('H1', 300, 'HOLD'))
  await post(asked('H2', 300, 'HOLD'))
  expect(await holds()).toBe(400)
  expect(codeOf(await step('H1', 'capture', { amountMinor: 301 }))).toEqual([400, 'request.invalid'])
  expect((await step('H1', 'capture', { amountMinor: 200 })).body).toMatchObject({ status: 'CAPTURED' })
  expect((await step('H1', 'capture', { amountMinor: 200 })).body).toMatchObject({ status: 'CAPTURED' })
  expect((await step('H2', 'release')).body).toMatchObject({ status: 'RELEASED' })
  expect(codeOf(await step('H2', 'capture'))).toEqual([409, 'hold.ended'])
  expect(await holds()).toBe(800)
})

test('a closed account takes nothing', async () => {
  await control('/core-banking/rules', { closedAccounts: [ACCOUNT] })
  expect((await post(asked('T1', 1))).body).toMatchObject({ status: 'REFUSED', code: 'account.closed' })
})

test('what was never asked for is unknown', async () => {
  expect(codeOf(await ask('T9'))).toEqual([404, 'posting.unknown'])
  expect(codeOf(await step('T9', 'capture'))).toEqual([404, 'posting.unknown'])
  expect(codeOf(await post({ reference: 'T1' }))).toEqual([400, 'request.invalid'])
})

test('an answer that is lost after the work leaves the work done', async () => {
  await sandbox.control(bank, 'POST', '/faults/core-banking', { next: { calls: 1, kind: 'STATUS', moment: 'AFTER' } })
  expect((await post(asked('T1', 300))).status).toBe(503)
  expect((await ask('T1')).body).toMatchObject({ status: 'APPLIED' })
  const shown = await sandbox.control(bank, 'GET', `/core-banking/accounts/${ACCOUNT}`)
  expect(shown.body).toEqual({
    accountNo: ACCOUNT,
    availableMinor: 700,
    postings: [{ reference: 'T1', status: 'APPLIED', kind: 'DEBIT', effectMinor: -300 }],
  })
})
