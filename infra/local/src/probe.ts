// Asks the engines a real question in their own protocol: an open port alone does not mean that
// somebody works behind it.
import { connect } from 'node:net'

const ANSWER_TIMEOUT_MS = 2_000
const OP_MSG = 2013

/** FerretDB answers listDatabases only when PostgreSQL behind it does. */
export async function mongoAnswers(port: number): Promise<boolean> {
  const body = Buffer.concat([bsonInt32('listDatabases', 1), bsonInt32('nameOnly', 1), bsonString('$db', 'admin')])
  const document = Buffer.concat([int32le(body.length + 5), body, Buffer.from([0])])
  const message = Buffer.concat([int32le(1), int32le(0), int32le(OP_MSG), int32le(0), Buffer.from([0]), document])
  const answer = await ask(
    port,
    Buffer.concat([int32le(message.length + 4), message]),
    (bytes) => bytes.length >= 4 && bytes.length >= bytes.readInt32LE(0),
  )
  const ok = answer?.indexOf('\x01ok\0', 0, 'latin1') ?? -1
  return answer !== undefined && ok >= 0 && answer.readDoubleLE(ok + 4) === 1
}

/** ApiVersions, version 0: correlation id back, error code 0. */
export async function kafkaAnswers(port: number): Promise<boolean> {
  const request = Buffer.from([0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]) // key 18, version 0, correlation id 7, no client id
  const length = Buffer.alloc(4)
  length.writeInt32BE(request.length)
  const answer = await ask(port, Buffer.concat([length, request]), (bytes) => bytes.length >= 10)
  return answer !== undefined && answer.readInt32BE(4) === 7 && answer.readInt16BE(8) === 0
}

/** Whether anything at all listens on the port. */
export async function portIsTaken(port: number): Promise<boolean> {
  return (await ask(port, Buffer.alloc(0), () => true, true)) !== undefined
}

function ask(port: number, question: Buffer, complete: (answer: Buffer) => boolean, connectOnly = false): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = Buffer.alloc(0)
    const end = (result: Buffer | undefined) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => end(undefined))
    socket.on('error', () => end(undefined))
    socket.on('close', () => end(undefined))
    socket.on('connect', () => (connectOnly ? end(answer) : socket.write(question)))
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes])
      if (complete(answer)) end(answer)
    })
  })
}

function int32le(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function bsonInt32(name: string, value: number): Buffer {
  return Buffer.concat([Buffer.from(`\x10${name}\0`), int32le(value)])
}

function bsonString(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from(`\x02${name}\0`), int32le(value.length + 1), Buffer.from(`${value}\0`)])
}
