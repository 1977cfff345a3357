// The service behind every gateway in the gateway bench: reads the body and answers a small
// envelope, nothing else.
import { createServer } from 'node:http'
import { answerParent } from '../child.ts'
import { listening } from './listening.ts'

const body = Buffer.from(JSON.stringify({ result: { status: true }, exception: null, pagination: null }))
const headers = ['content-type', 'application/json', 'content-length', String(body.length)]

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  request.resume().on('end', () => response.writeHead(200, headers).end(body))
})
answerParent(() => listening(server))
