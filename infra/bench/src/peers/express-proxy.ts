// What many banks put in front of services: Express with http-proxy-middleware and a keep-alive
// agent. Passes clear bodies through, checks nothing.
import { Agent, createServer } from 'node:http'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { answerParent } from '../child.ts'
import { listening } from './listening.ts'

const CONNECTIONS_MAX = 64

answerParent((message: { upstream: string }) => {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
  app.use(createProxyMiddleware({ target: message.upstream, changeOrigin: true, agent }))
  return listening(createServer({ keepAliveTimeout: 65_000 }, app))
})
