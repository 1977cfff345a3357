// The documentation at the door: GET /openapi.json, /asyncapi.json, /postman.json, /docs and what
// it loads; all from memory, made once, when first asked for.
import { Worker } from 'node:worker_threads'
import { SiteFile } from '@dcms/docs-site'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { BuiltMessage } from './docs-thread.ts'

const FOUND = 302
const NOT_MODIFIED = 304
const NOT_FOUND = 404
const CACHE_FOR_EVER = 'public, max-age=31536000, immutable'
/** Kept, but asked for again each time: a 304 without a body while nothing changed. */
const CACHE_AND_ASK = 'public, no-cache'

/** Serves the documents and the pages; whatever else comes goes on to the next handler. */
export function docsRoutes(): Router {
  let built: Promise<Documentation> | undefined
  const router = express.Router({ caseSensitive: true })
  const serve: RequestHandler = async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path
    if (path === '/') return response.redirect(FOUND, '/docs')
    if (!documents.has(path) && path !== '/docs' && !path.startsWith('/docs/')) return next()
    built ??= inThread()
    built.catch(() => {
      built = undefined // the next request tries again; this one ends with the fault
    })
    const { files, notFound } = await built
    const file = files.get(path)
    if (file) return await send(request, response, file)
    if (request.accepts(['json', 'html']) === 'html') return await send(request, response.status(NOT_FOUND), notFound)
    next()
  }
  router.use(serve)
  return router
}

const documents: ReadonlySet<string> = new Set(['/openapi.json', '/asyncapi.json', '/postman.json'])

interface Documentation {
  readonly files: ReadonlyMap<string, SiteFile>
  readonly notFound: SiteFile
}

/** Building takes seconds of a processor, in which this thread would serve no bank. */
function inThread(): Promise<Documentation> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./docs-thread.ts', import.meta.url))
    worker.once('message', ({ files, notFound }: BuiltMessage) =>
      resolve({
        files: new Map(files.map(([path, file]) => [path, SiteFile.fromMessage(file)])),
        notFound: SiteFile.fromMessage(notFound),
      }),
    )
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the documentation was not built: the thread ended with code ${code}`))) // of no effect after a message
  })
}

async function send(request: Request, response: Response, file: SiteFile): Promise<void> {
  const encoding = file.encodingFor(request.headers['accept-encoding'])
  const etag = encoding === 'identity' ? file.etag : `${file.etag.slice(0, -1)}-${encoding}"` // RFC 9110 section 8.8.3: one per encoding
  response.set({
    'content-type': file.type,
    'cache-control': response.statusCode === NOT_FOUND ? 'no-store' : file.immutable ? CACHE_FOR_EVER : CACHE_AND_ASK,
    etag,
    vary: 'accept-encoding',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    ...(file.policy !== undefined && { 'content-security-policy': file.policy }),
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  })
  if (response.statusCode !== NOT_FOUND && isNamed(etag, request.headers['if-none-match'])) {
    response.removeHeader('content-encoding')
    response.status(NOT_MODIFIED).end()
    return
  }
  const bytes = await file.bytes(encoding)
  response.set('content-length', String(bytes.length))
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

/** Weak comparison, RFC 9110 section 13.1.2. */
const isNamed = (etag: string, ifNoneMatch: string | undefined): boolean =>
  (ifNoneMatch ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag)
