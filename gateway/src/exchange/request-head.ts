// The one reader of a request's head: which path is meant, and whether its lines can be read in one
// way only.
import type { IncomingMessage } from 'node:http'
import { Refusal } from './exchange.ts'

const malformed = new Refusal('request.malformed')
const [SLASH, BLANK] = [47, 32]
/**
 * RFC 9112 section 3.2.2: a server must accept the absolute form. Which host it names is the
 * proxies' business; credentials in it are not.
 */
const ABSOLUTE = /^https?:\/\/[^\s/?#@\\]+(?<path>[/?].*)?$/i
const HOST = /^[^\s/?#@\\]*$/
/** `OPTIONS *` asks about the server: these are its methods. */
const methodNotAllowed = new Refusal('method.not.allowed', ['allow', 'GET, HEAD, POST, PUT'])

const HOST_BIT = 1
/**
 * Headers of which there may be one line, each with a bit: with two, one reader would take the
 * first and another the last.
 */
const single: ReadonlyMap<string, number> = new Map([
  ['host', HOST_BIT],
  ['content-type', 2],
  ['content-encoding', 4],
  ['authorization', 8],
])
const LENGTHS = new Set(Array.from(single.keys(), ({ length }) => length))

/**
 * The request target in origin form, path and query; or why the request is refused. Everybody
 * behind takes the path from here.
 */
export function readHead({ method, url = '', httpVersionMinor, rawHeaders }: IncomingMessage): string | Refusal {
  if (!areUnambiguous(rawHeaders, httpVersionMinor > 0)) return malformed
  if (url.charCodeAt(0) === SLASH) return url
  if (url === '*') return method === 'OPTIONS' ? methodNotAllowed : malformed
  const absolute = ABSOLUTE.exec(url)
  if (absolute === null) return malformed
  const path = absolute.groups?.path ?? ''
  return path.charCodeAt(0) === SLASH ? path : `/${path}`
}

/** RFC 9112 section 3.2: exactly one valid Host line, in HTTP/1.0 at most one. */
function areUnambiguous(rawHeaders: readonly string[], needsHost: boolean): boolean {
  let seen = 0
  for (let position = 0; position < rawHeaders.length; position += 2) {
    const raw = rawHeaders[position] ?? ''
    if (!LENGTHS.has(raw.length)) continue
    const bit = single.get(raw) ?? single.get(raw.toLowerCase())
    if (bit === undefined) continue
    if ((seen & bit) !== 0 || (bit === HOST_BIT && !HOST.test(rawHeaders[position + 1] ?? ''))) return false
    seen |= bit
  }
  return (seen & HOST_BIT) !== 0 || !needsHost
}

/**
 * The credentials of a Bearer header; null for another scheme. RFC 9110 section 11: the scheme in
 * any letters, then one blank or more.
 */
export function bearerIn(authorization: string): string | null {
  if (!authorization.startsWith('Bearer ') && authorization.slice(0, 7).toLowerCase() !== 'bearer ') return null
  let begin = 7
  while (authorization.charCodeAt(begin) === BLANK) begin++
  return authorization.slice(begin)
}

/**
 * Whether the body comes as it is. DCMS takes no encoding of the content: what a body unpacks to
 * would know no limit.
 */
export const isIdentity = (contentEncoding: string | undefined): boolean =>
  contentEncoding === undefined || contentEncoding === '' || contentEncoding.toLowerCase() === 'identity'
