// What sealing adds to a generated TypeScript client: a middleware that seals what the client hands
// over and opens what comes back.
import { randomUUID } from 'node:crypto'
import { DecryptionKey, EncryptionKey, openOneShot, readHeader, sealOneShot } from '@dcms/sealing'

const MS_PER_SECOND = 1000
const PREFIX = /^\/v1(?=\/)/

/**
 * @param tenant the bank that messages are for
 * @param gatewayKeys as the gateway publishes them
 * @param clientKeys the bank's private keys, which answers are sealed to
 */
export function sealing(tenant, gatewayKeys, clientKeys) {
  const recipient = EncryptionKey.fromJwk(gatewayKeys.find(({ use, crv }) => use === 'enc' && crv === 'P-256'))
  const own = new Map(clientKeys.map((key) => [key.kid, DecryptionKey.fromJwk(key)]))
  return {
    async pre({ url, init }) {
      const htu = `${init.method} ${new URL(url).pathname.replace(PREFIX, '')}`
      const header = { iat: Math.floor(Date.now() / MS_PER_SECOND), jti: randomUUID(), aud: tenant, htu }
      const headers = { ...init.headers, 'Content-Type': 'application/jose' }
      return { url, init: { ...init, headers, body: sealOneShot(init.body, recipient, header) } }
    },
    async post({ init, response }) {
      if (response.headers.get('content-type') !== 'application/jose') return response // a refusal before the bank is known is clear
      const answer = readHeader(await response.text())
      if (answer.header.irt !== readHeader(init.body).header.jti) throw new Error('an answer to another request')
      const text = openOneShot(answer, own.get(answer.header.kid))
      return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } })
    },
  }
}
