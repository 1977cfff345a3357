// What the Postman scripts need of cryptography, as one script: the sandboxes of Postman and newman
// have no WebCrypto and no modules.
import { gcm } from '@noble/ciphers/aes.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

export { gcm, hkdf, hmac, p256, sha256, x25519 }
