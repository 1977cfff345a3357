// Sealing in the sandbox of Postman or newman: JWE with ECDH-ES or dir and A256GCM (RFC 7516, RFC 7518), session keys by HKDF. The variable
// `sealing` in front of this holds the primitives (@noble). The sandbox has little more than the language, so nothing else is used: `pm` and,
// where there is one, `crypto` are handed in.
/* global crypto, pm, sealing */
// biome-ignore lint/correctness/noUnusedVariables: what the scripts of the collection use
const dcms = (() => {
  const utf8 = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (character) => character.charCodeAt(0))
  const textOf = (bytes) => decodeURIComponent(escape(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')))

  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  /** Base64url without padding. */
  function encode(bytes) {
    let text = ''
    for (let at = 0; at < bytes.length; at += 3) {
      const triple = (bytes[at] << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0)
      const four = [18, 12, 6, 0].map((shift) => ALPHABET[(triple >> shift) & 63]).join('')
      text += four.slice(0, Math.min(4, bytes.length - at + 1))
    }
    return text
  }

  function decode(text) {
    const bytes = []
    for (let at = 0; at < text.length; at += 4) {
      const group = text.slice(at, at + 4)
      const triple = Array.from(group.padEnd(4, 'A')).reduce((bits, character) => (bits << 6) | ALPHABET.indexOf(character), 0)
      bytes.push(...[16, 8, 0].map((shift) => (triple >> shift) & 255).slice(0, group.length - 1))
    }
    return Uint8Array.from(bytes)
  }

  const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)))
  const uint32 = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

  let drawn = 0
  /**
   * Fresh bytes. Newman's sandbox has no secure generator, so the secrecy comes from the client's private key: HMAC of what never repeats
   * (time, counter, Math.random) under a key derived from it. Where there is a secure generator its bytes are mixed in.
   */
  function random(length) {
    drawn += 1
    const secret = utf8(`${pm.variables.get('clientKeys')}|${pm.variables.get('password')}`)
    const unique = utf8([Date.now(), drawn, Math.random(), Math.random(), Math.random(), Math.random()].join('|'))
    const secure = crypto ? crypto.getRandomValues(new Uint8Array(32)) : []
    const key = sealing.hmac(sealing.sha256, sealing.sha256(secret), joined(unique, secure))
    return sealing.hkdf(sealing.sha256, key, undefined, utf8('dcms/postman'), length)
  }

  const uuid = () => {
    const hex = Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  /** A key pair as JWK, `P-256` or `X25519`. */
  function generateKey(crv) {
    if (crv === 'X25519') {
      const secret = random(32)
      return { kty: 'OKP', crv, x: encode(sealing.x25519.getPublicKey(secret)), d: encode(secret) }
    }
    const secret = sealing.p256.utils.randomSecretKey(random(48))
    const point = sealing.p256.getPublicKey(secret, false)
    return { kty: 'EC', crv, x: encode(point.slice(1, 33)), y: encode(point.slice(33)), d: encode(secret) }
  }

  const publicPart = ({ kty, crv, x, y }) => (y === undefined ? { kty, crv, x } : { kty, crv, x, y })

  /** ECDH: 32 bytes. A point off the curve throws. */
  function agree(own, other) {
    if (own.crv !== other.crv) throw new Error('the keys are of different curves')
    if (own.crv === 'X25519') return sealing.x25519.getSharedSecret(decode(own.d), decode(other.x))
    const point = joined([4], decode(other.x), decode(other.y))
    return sealing.p256.getSharedSecret(decode(own.d), point, true).slice(1)
  }

  /** Concat KDF, RFC 7518 section 4.6.2, for A256GCM without apu and apv. */
  const contentKey = (z) => sealing.sha256(joined(uint32(1), z, uint32(7), utf8('A256GCM'), uint32(0), uint32(0), uint32(256)))

  function compact(header, key, text) {
    const head = encode(utf8(JSON.stringify(header)))
    const iv = random(12)
    const sealed = sealing.gcm(key, iv, utf8(head)).encrypt(utf8(text))
    return `${head}..${encode(iv)}.${encode(sealed.slice(0, -16))}.${encode(sealed.slice(-16))}`
  }

  const headerOf = (jwe) => JSON.parse(textOf(decode(jwe.split('.')[0])))

  function openCompact(jwe, key, jti) {
    const [head, , iv, ciphertext, tag] = jwe.split('.')
    const text = textOf(sealing.gcm(key, decode(iv), utf8(head)).decrypt(joined(decode(ciphertext), decode(tag))))
    if (jti && headerOf(jwe).irt !== jti) throw new Error('the answer belongs to another request')
    return text
  }

  /** The private keys of the client: a JWK, or a JWK set as in demo-client.json. */
  function clientKeys() {
    const text = pm.variables.get('clientKeys')
    if (!text) throw new Error('set the variable clientKeys to your private JWK (or JWK set), or mode to clear')
    const keys = JSON.parse(text)
    return keys.keys || [keys]
  }

  return {
    uuid,
    generateKey,
    publicPart,

    /** The key of the gateway's set to seal to. */
    gatewayKey: ({ keys }) =>
      keys.find(({ use, crv }) => use !== 'sig' && crv === 'X25519') || keys.find(({ use, crv }) => use !== 'sig' && crv === 'P-256'),

    /** @param about iat (seconds), jti and, where it is not JSON, cty */
    sealOneShot(text, gatewayKey, about) {
      const ephemeral = generateKey(gatewayKey.crv)
      const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: gatewayKey.kid, epk: publicPart(ephemeral), cty: 'application/json' }
      const reply = { reply_kid: clientKeys()[0].kid }
      return compact(Object.assign(header, about, reply), contentKey(agree(ephemeral, gatewayKey)), text)
    },

    openOneShot(jwe, jti) {
      const { kid, epk } = headerOf(jwe)
      const own = clientKeys().find((key) => key.kid === kid)
      if (!own) throw new Error('the answer is sealed to a key that clientKeys does not hold')
      return openCompact(jwe, contentKey(agree(own, epk)), jti)
    },

    /** The keys of a session, base64url, from the answer of `POST /api/session`. */
    sessionKeys(own, { ticket, key }, tenant, username) {
      const z = agree(own, key)
      const derive = (direction) =>
        encode(sealing.hkdf(sealing.sha256, z, sealing.sha256(utf8(ticket)), utf8(`dcms/v1/${direction}/${tenant}/${username}`), 32))
      return { request: derive('request'), answer: derive('answer') }
    },

    sealSession: (text, { ticket, keys }, about) =>
      compact(Object.assign({ alg: 'dir', enc: 'A256GCM', kid: ticket, cty: 'application/json' }, about), decode(keys.request), text),

    openSession: (jwe, { keys }, jti) => openCompact(jwe, decode(keys.answer), jti),

    isSession: (jwe) => headerOf(jwe).alg === 'dir',

    /** The claims of a token, read without verifying. */
    claimsOf: (token) => JSON.parse(textOf(decode(token.split('.')[1]))),
  }
})()
