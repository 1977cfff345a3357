// The call that the guide on sealing shows to readers with a JOSE library. In JavaScript, as they
// read it, so that what runs against the gateway is what is printed.
// #region jose
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose'

// #endregion
export async function callWithJose({ gateway, tenant, token, body, ownPrivateJwk }) {
  // #region jose
  const { keys } = await (await fetch(`${gateway}/.well-known/jwks.json`)).json()
  const gatewayKey = keys.find(({ use, crv }) => use === 'enc' && crv === 'P-256')
  const jti = crypto.randomUUID()
  const path = '/kit-manager/kitActivation'

  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(body)))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: gatewayKey.kid,
      cty: 'application/json',
      iat: Math.floor(Date.now() / 1000),
      jti,
      aud: tenant,
      htu: `POST ${path}`,
    })
    .encrypt(await importJWK(gatewayKey, 'ECDH-ES'))

  const answer = await fetch(`${gateway}/v1${path}`, {
    method: 'POST',
    headers: { tenant, authorization: `Bearer ${token}`, 'content-type': 'application/jose' },
    body: jwe,
  })
  if (!answer.headers.get('content-type')?.startsWith('application/jose')) throw new Error(await answer.text())

  const opened = await compactDecrypt(await answer.text(), await importJWK(ownPrivateJwk, 'ECDH-ES'))
  if (opened.protectedHeader.irt !== jti) throw new Error('this answers another request')
  console.log(JSON.parse(new TextDecoder().decode(opened.plaintext)))
  // #endregion
}
