// One sealed call made by hand out of the SDK's building blocks: to show what the gateway refuses,
// which the client itself never sends.
import { DcmsError, type Exception, gatewayKeyOf, htuOf, type PublicJwk, sealRequest } from '@dcms/sdk'

export interface SealedCall {
  baseUrl: string
  tenant: string
  token: string
  path: string
  /** What the message is sealed for, where it is not what it is sent as. */
  sealedFor?: { tenant?: string; path?: string }
  body: unknown
  /** Changes the sealed body before it is sent. */
  change?: (jwe: string) => string
}

/** Sends the call; what the gateway refuses is thrown as DcmsError. */
export async function sealedCall({ baseUrl, tenant, token, path, sealedFor = {}, body, change = (jwe) => jwe }: SealedCall): Promise<void> {
  const jwks = (await (await fetch(`${baseUrl}/.well-known/jwks.json`)).json()) as { keys: PublicJwk[] }
  const gatewayKey = gatewayKeyOf(jwks)
  if (!gatewayKey) throw new Error('the gateway offers no key to seal to')
  const purpose = { iat: Math.floor(Date.now() / 1000), aud: sealedFor.tenant ?? tenant, htu: htuOf('POST', sealedFor.path ?? path) }
  const { jwe } = sealRequest(body, { mode: 'one-shot', gatewayKey, replyKid: undefined }, purpose)
  const answer = await fetch(baseUrl + path, {
    method: 'POST',
    headers: { tenant, authorization: `Bearer ${token}`, 'content-type': 'application/jose' },
    body: change(jwe),
  })
  if (answer.ok) return
  const { exception } = (await answer.json()) as { exception: Exception } // what is refused before the body was opened comes clear
  throw new DcmsError(exception, { status: answer.status, requestId: answer.headers.get('x-request-id') ?? '', retryAfterMs: undefined })
}
