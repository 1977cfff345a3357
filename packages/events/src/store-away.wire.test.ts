// Which errors of the driver mean that the store is away, and which are somebody's fault.
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import mongoose, { mongo } from 'mongoose'
import { isStoreAway } from './store-away.ts'

const serverError = (code: number, more: object = {}) => new mongo.MongoServerError({ message: 'said by the server', code, ...more })

test.each([
  [6, 'HostUnreachable, by a mongos'],
  [7, 'HostNotFound, by a mongos'],
  [89, 'NetworkTimeout, by a mongos'],
  [91, 'ShutdownInProgress'],
  [133, 'FailedToSatisfyReadPreference'],
  [189, 'PrimarySteppedDown'],
  [262, 'ExceededTimeLimit'],
  [9001, 'SocketException'],
  [10107, 'NotWritablePrimary'],
  [11600, 'InterruptedAtShutdown'],
  [11602, 'InterruptedDueToReplStateChange'],
  [13435, 'NotPrimaryNoSecondaryOk'],
  [13436, 'NotPrimaryOrSecondary'],
  [64, 'WriteConcernTimeout'],
])('%i, %s: the store is away', (code) => {
  expect(isStoreAway(serverError(code))).toBe(true)
})

test('a write that no majority confirmed may be undone by an election: the store is away', () => {
  const concern = { code: 64, errmsg: 'waiting for replication timed out' }
  expect(isStoreAway(new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: concern }))).toBe(true)
  const result = { getWriteConcernError: () => ({ code: 91 }) } as unknown as mongo.BulkWriteResult
  expect(isStoreAway(new mongo.MongoBulkWriteError({ message: 'some are there already', code: 11000 }, result))).toBe(true)
})

test.each([['RetryableWriteError'], ['SystemOverloadedError']])('the label %s says it whatever the code', (label) => {
  expect(isStoreAway(serverError(1, { errorLabels: [label] }))).toBe(true)
})

test('no connection: an error of the connection, of the choice of a server, of the pool, of waiting for the first connection', async () => {
  const nobody = mongoose.createConnection('mongodb://127.0.0.1:9/?directConnection=true', { serverSelectionTimeoutMS: 100 })
  const fault = await nobody.asPromise().catch((error: unknown) => error)
  expect(isStoreAway(fault)).toBe(true)
  const waiting = mongoose.createConnection()
  waiting.set('bufferTimeoutMS', 20)
  const late = await waiting
    .model('thing', new mongoose.Schema({ _id: String }, { bufferCommands: true }))
    .findOne({})
    .catch((error: unknown) => error)
  expect(late).toBeInstanceOf(Error)
  expect(isStoreAway(late)).toBe(true)
  await waiting.destroy()
})

// As FerretDB 2.7 said it, over a PostgreSQL that was stopped, killed and started again.
const acquiring =
  'msg_find.go:43 (handler.(*Handler).msgFind): pool_cursors.go:132 (documentdb.(*Pool).Find): pool.go:90 (documentdb.(*Pool).Acquire): '
const connecting = `${acquiring}failed to connect to \`user=postgres database=postgres\`: /run/.s.PGSQL.5432 (/run): `

test.each([
  `${connecting}dial error: dial unix /run/.s.PGSQL.5432: connect: no such file or directory`,
  `${connecting}dial error: dial unix /run/.s.PGSQL.5432: connect: connection refused`,
  `${connecting}failed to receive message: read unix @->/run/.s.PGSQL.5432: read: connection reset by peer`,
  `${connecting}server error: FATAL: the database system is starting up (SQLSTATE 57P03)`,
  'terminating connection due to administrator command',
  'terminating connection due to unexpected postmaster exit',
  'terminating connection because of crash of another server process',
  'the database system is shutting down',
  'the database system is starting up',
  'write failed: write unix @->/run/.s.PGSQL.5432: write: broken pipe',
  'read unix @->/run/.s.PGSQL.5432: read: connection reset by peer',
  'failed to deallocate cached statement(s): read unix @->/data/.s.PGSQL.5432: use of closed network connection',
  'unexpected EOF',
])('the PostgreSQL behind FerretDB is away: %s', (message) => {
  expect(isStoreAway(serverError(1, { message, codeName: 'InternalError' }))).toBe(true)
  const bulk = new mongo.MongoBulkWriteError(serverError(1, { message }), {} as mongo.BulkWriteResult)
  expect(isStoreAway(bulk)).toBe(true)
  expect(isStoreAway(serverError(2, { message }))).toBe(false) // only where the store has no better code
})

test.each([
  'index row size 2712 exceeds btree version 4 maximum 2704 for index "documents_7_1"',
  'unexpected EOF in the pipeline that was sent',
  'the field "terminating connection" is not known',
])('another internal fault of FerretDB is not: %s', (message) => {
  expect(isStoreAway(serverError(1, { message, codeName: 'InternalError' }))).toBe(false)
})

test('a bulk write that reached no server', () => {
  const unreached = new mongo.MongoNetworkError('connect ECONNREFUSED 127.0.0.1:27017')
  expect(isStoreAway(new mongo.MongoBulkWriteError(unreached as never, {} as mongo.BulkWriteResult))).toBe(true)
})

test('a connection that is cut while it is in use', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const client = new mongo.MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, { serverSelectionTimeoutMS: 200 })
  const fault = await client
    .db('test')
    .command({ ping: 1 })
    .catch((error: unknown) => error)
  expect(isStoreAway(fault)).toBe(true)
  await client.close()
  await new Promise((resolve) => server.close(resolve))
})

test('an error says it for the one that it caused', () => {
  expect(isStoreAway(new Error('keys not read', { cause: serverError(10107) }))).toBe(true)
})

test.each([
  ['a duplicate key', serverError(11000)],
  ['a document too large', serverError(10334)],
  ['a bug', new TypeError('x is not a function')],
  ['a time-out of something else', AbortSignal.timeout(0).reason ?? new DOMException('x', 'TimeoutError')],
  ['a number of somebody else', Object.assign(new Error('x'), { code: 91 })],
  ['no error', 'text'],
])('%s is not', (_what, error) => {
  expect(isStoreAway(error)).toBe(false)
})
