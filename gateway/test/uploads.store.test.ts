// Files that are uploaded: a form with one part, sealed or clear, handed on opened with its name.
import { randomBytes } from 'node:crypto'
import { success } from '@dcms/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Answer, Bank, codeOf, headerFor } from './bank.ts'
import { answerJson, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const MIB = 1024 * 1024
const PATH = '/card-order/uploadFile'
const JOSE = 'application/jose'
const text = 'H|PGK|1\nD|1\r\n'.repeat(30_000)
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank
let sandbox: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  await gateway.addBank({ ...definitionOf('SANDBOX_BANK', clientKeys), encryption: 'OPTIONAL' })
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  sandbox = new Bank({ url: gateway.url, tenant: 'SANDBOX_BANK', clientKeys })
  for (const each of [bank, sandbox]) await each.logIn(PASSWORD)
  gateway.service.answer = (_call, response) => answerJson(response, 200, success({ fileName: 'kits.txt', status: 'success' }))
})
beforeEach(() => {
  gateway.service.calls.length = 0
})
afterAll(() => gateway.close())

interface Part {
  name?: string
  fileName?: string | null
  type?: string
  content: string
}
const boundary = 'b-7'
const partOf = ({ name = 'file', fileName = 'kits.txt', type = JOSE, content }: Part): string =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${fileName === null ? '' : `; filename="${fileName}"`}\r\ncontent-type: ${type}\r\n\r\n${content}\r\n`
const formOf = (...parts: Part[]): string => `${parts.map(partOf).join('')}--${boundary}--\r\n`
const send = (form: string, of = bank): Promise<Answer> =>
  of.send(`/v1${PATH}`, form, { 'content-type': `multipart/form-data; boundary=${boundary}`, 'idempotency-key': 'key-1' })
/** @param change of the protected header */
const sealed = (change: object = {}, of = bank): string => of.seal(text, { ...headerFor(PATH), cty: 'text/plain', ...change })
const refused = (answer: Answer) => ({ status: answer.status, code: codeOf(answer) })

test('a sealed file is handed on opened, with its name and key, and answered sealed', async () => {
  const answer = await send(formOf({ content: sealed(), fileName: 'kits für 1.txt' }))
  expect(answer).toMatchObject({ status: 200, sealed: true, body: { result: { fileName: 'kits.txt', status: 'success' } } })
  const [call] = gateway.service.calls
  expect(call?.path).toBe(PATH)
  expect(call?.body === text).toBe(true)
  expect(call?.headers).toMatchObject({
    'content-type': 'text/plain',
    'x-dcms-file-name': encodeURIComponent('kits für 1.txt'),
    'idempotency-key': 'key-1',
  })
})

test('a clear file is taken of a sandbox bank alone', async () => {
  expect(await send(formOf({ content: text, type: 'text/plain' }), sandbox)).toMatchObject({ status: 200, sealed: false })
  expect(refused(await send(formOf({ content: text, type: 'text/plain' })))).toEqual({ status: 400, code: 'encryption.required' })
})

test.each<[string, () => string, number, string]>([
  ['two parts', () => formOf({ content: sealed() }, { content: 'x' }), 400, 'ORD002'],
  ['a part of another name', () => formOf({ content: sealed(), name: 'document' }), 400, 'ORD002'],
  ['no file name', () => formOf({ content: sealed(), fileName: null }), 400, 'ORD002'],
  ['no part', () => `--${boundary}--\r\n`, 400, 'ORD002'],
  ['a form that breaks off', () => formOf({ content: sealed() }).slice(0, -40), 400, 'ORD002'],
  ['random bytes', () => randomBytes(5_000).toString('latin1'), 400, 'ORD002'],
  ['a part of another type', () => formOf({ content: '{}', type: 'application/json' }), 415, 'content.type.unsupported'],
  ['a message for JSON', () => formOf({ content: sealed({ cty: 'application/json' }) }), 415, 'content.type.unsupported'],
  ['a message for another call', () => formOf({ content: sealed({ htu: 'POST /card-order' }) }), 400, 'encryption.decrypt.failed'],
  ['a message that was changed', () => formOf({ content: sealed().replace(/.{9}$/, 'AAAAAAAAA') }), 400, 'encryption.decrypt.failed'],
  ['what is no message', () => formOf({ content: text }), 400, 'encryption.decrypt.failed'],
])('%s is refused, and nothing of it is handed on', async (_what, form, status, code) => {
  expect(refused(await send(form()))).toEqual({ status, code })
  expect(gateway.service.calls).toEqual([])
})

test('the same message again is refused', async () => {
  const form = formOf({ content: sealed() })
  expect((await send(form)).status).toBe(200)
  expect(codeOf(await send(form))).toBe('encryption.replayed')
})

test('a body that is no form is refused by its type', async () => {
  const answer = await bank.send(`/v1${PATH}`, bank.seal({}, headerFor(PATH)))
  expect(refused(answer)).toEqual({ status: 415, code: 'content.type.unsupported' })
})

test('33 MB are refused, sealed and clear', async () => {
  const large = 'x'.repeat(33 * MIB)
  expect(refused(await send(formOf({ content: large, type: 'text/plain' }), sandbox))).toEqual({ status: 413, code: 'request.too.large' })
  const message = bank.seal(large, { ...headerFor(PATH), cty: 'text/plain' })
  expect(refused(await send(formOf({ content: message })))).toEqual({ status: 413, code: 'request.too.large' })
  expect(gateway.service.calls).toEqual([])
})
