// Recomputes every value of the worked example with node:crypto alone: node recompute.mjs
// sealing-example.json
import { createCipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'

const example = JSON.parse(readFileSync(process.argv[2] ?? 'sealing-example.json', 'utf8'))
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const check = (name, computed, printed) => {
  if (computed !== printed) throw new Error(`${name} differs: computed ${computed}, printed ${printed}`)
  console.log('ok', name)
}
const secretOf = (own, { d, ...other }) =>
  diffieHellman({
    privateKey: createPrivateKey({ key: own, format: 'jwk' }),
    publicKey: createPublicKey({ key: other, format: 'jwk' }),
  })

function checkMessage(name, key, message) {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.from(message.ivHex, 'hex'))
  cipher.setAAD(Buffer.from(message.protectedHeader, 'ascii'))
  const ciphertext = Buffer.concat([cipher.update(message.plaintext, 'utf8'), cipher.final()])
  const tag = cipher.getAuthTag()
  check(`${name}: header`, Buffer.from(message.headerJson).toString('base64url'), message.protectedHeader)
  check(`${name}: ciphertext`, hex(ciphertext), message.ciphertextHex)
  check(`${name}: tag`, hex(tag), message.tagHex)
  const parts = [message.protectedHeader, '', message.ivB64u, ciphertext.toString('base64url'), tag.toString('base64url')]
  check(`${name}: JWE`, parts.join('.'), message.jwe)
}

for (const name of ['request', 'answer']) {
  const message = example[name]
  const z = secretOf(message.ephemeralKey, message.recipientKey)
  check(`one-shot ${name}: Z`, hex(z), message.zHex)
  const counter = Buffer.from('00000001', 'hex')
  const kdfInput = Buffer.concat([counter, z, Buffer.from(message.otherInfoHex, 'hex')])
  const key = createHash('sha256').update(kdfInput).digest()
  check(`one-shot ${name}: content key`, hex(key), message.contentKeyHex)
  checkMessage(`one-shot ${name}`, key, message)
}

const { session, field } = example
const z = secretOf(session.bankKey, session.gatewayKey)
check('session: Z', hex(z), session.zHex)
const salt = createHash('sha256').update(session.ticket).digest()
check('session: salt', hex(salt), session.saltHex)
for (const direction of ['request', 'answer']) {
  const key = Buffer.from(hkdfSync('sha256', z, salt, session[`${direction}Info`], 32))
  check(`session: ${direction} key`, hex(key), session[`${direction}KeyHex`])
  checkMessage(`session ${direction}`, key, session[direction])
}

const cipher = createCipheriv('aes-256-gcm', Buffer.from(field.keyHex, 'hex'), Buffer.from(field.ivHex, 'hex'))
const ciphertext = Buffer.concat([cipher.update(field.plaintext, 'utf8'), cipher.final()])
const sealed = Buffer.concat([Buffer.from(field.ivHex, 'hex'), ciphertext, cipher.getAuthTag()])
check('field', sealed.toString('base64'), field.base64)
console.log('everything as printed')
