// The door for operators: roles by route, and a record of every command.
import { addUserEndpoint, auditInstancesPath, exportKeyBlockEndpoint, rolesOfOperatorPaths } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { callerFiles, until } from '../../test/test-bank.ts'
import type { Noted } from '../audit/audit-log.ts'
import { refusal } from '../commands/command.ts'
import { type RunningHttp, startHttp } from '../listeners/http.ts'
import { admitOperators } from './admit-operators.ts'
import { callerTokens, contextVerifier } from './context-token.ts'
import { operatorDirectory } from './operators-file.ts'

const files = callerFiles(['ops', 'customer'])
const noted: Noted[] = []
let roles = ['ADMINISTRATOR']
let http: RunningHttp

beforeAll(async () => {
  const verifyFile = contextVerifier({ audience: 'kit', callersFile: files.callersFile, operatorsFile: files.operatorsFile })
  const verify = (token: string | undefined) => {
    const context = verifyFile(token)
    return context?.caller === 'ops' ? { ...context, roles } : context
  }
  const app = express()
  const instance = { instance: 'i', process: 'kit', startedAt: 't', sequence: 1, hash: 'h' }
  admitOperators(app, { verify, audit: { note: (record) => noted.push(record) }, register: { all: async () => [instance] } })
  app.post(addUserEndpoint.path, express.json(), (request, response) => {
    if (request.body.username === 'taken') response.status(409).json(JSON.parse(refusal('concurrent.change').body))
    else response.json({ result: 'done' })
  })
  app.post('/internal/other', (_request, response) => void response.json({ result: 'done' }))
  http = await startHttp({ handler: app, host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await http.close()
  files.remove()
})

async function post(
  path: string,
  body: object,
  caller: 'ops' | 'customer' | null = 'ops',
): Promise<{ status: number; record: Noted | undefined }> {
  noted.length = 0
  const tokens = caller && callerTokens({ caller, keyFile: files.keyFileOf(caller) })
  const token = tokens?.tokenFor('kit', { tenant: 'ACME_BANK', user: 'u', roles: [] })
  const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', ...(token && { 'x-dcms-context': token }) },
    body: JSON.stringify(body),
  })
  await response.text()
  if (path !== '/internal/other' || caller === 'ops') await until('it is noted', () => noted.length > 0)
  return { status: response.status, record: noted[0] }
}

test('a command leaves a record: who, what, about what, outcome, from where; and no password', async () => {
  const body = { tenant: 'ACME_BANK', username: 'api', password: 'correct horse battery', roles: ['ADMIN', 'READ_ONLY'] }
  const { status, record } = await post(addUserEndpoint.path, body)
  expect(status).toBe(200)
  expect(record).toEqual({
    kind: 'operator',
    timeMs: expect.any(Number),
    requestId: 'r-1',
    tenant: 'ACME_BANK',
    user: 'asha',
    method: 'POST',
    path: addUserEndpoint.path,
    status: 200,
    errorCode: '',
    durationMs: expect.any(Number),
    remote: '127.0.0.1',
    about: { tenant: 'ACME_BANK', username: 'api', roles: 'ADMIN,READ_ONLY' },
  })
})

test('refusals leave one too, with their code', async () => {
  expect(await post(addUserEndpoint.path, { username: 'taken' })).toMatchObject({
    status: 409,
    record: { status: 409, errorCode: 'concurrent.change', about: { username: 'taken' } },
  })
})

test('a route asks for its role, and one that names none lets no operator through', async () => {
  roles = ['AUDITOR']
  expect(await post(addUserEndpoint.path, {})).toMatchObject({ status: 403, record: { errorCode: 'auth.forbidden', user: 'asha' } })
  expect(await post(exportKeyBlockEndpoint.path, {})).toMatchObject({ status: 403 })
  expect(await post('/internal/other', {})).toMatchObject({ status: 403, record: { path: '/internal/other' } })
  expect(await post(auditInstancesPath, {})).toMatchObject({ status: 200 })
  roles = []
  for (const path of Object.keys(rolesOfOperatorPaths)) expect((await post(path, {})).status).toBe(403)
  roles = ['ADMINISTRATOR']
})

test('strangers and processes that try an operator’s route are noted; their own routes are not the door’s business', async () => {
  expect((await post(addUserEndpoint.path, {}, null)).record).toMatchObject({ user: '' })
  expect((await post(auditInstancesPath, {}, 'customer')).record).toMatchObject({ user: 'service:customer', status: 401 })
  expect(await post('/internal/other', {}, 'customer')).toEqual({ status: 200, record: undefined })
})

test('without a file there are no operators', () => {
  expect(operatorDirectory(undefined)('asha')).toBeUndefined()
})
