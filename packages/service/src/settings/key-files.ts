// Key files that a process reads: its own private key (JWK) and the public keys of others (JWKS).
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SettingsError } from './settings.ts'

/** A private JWK file with the name it signs under. */
export function readCallerKey(file: string): { kid: string; privateKey: KeyObject } {
  const jwk = readJson<JsonWebKey & { kid?: string }>(file)
  return { kid: jwk.kid ?? '', privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) }
}

/** @throws SettingsError when it cannot be read as JSON */
export function readJson<Content>(file: string): Content {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new SettingsError(`the key file ${file} cannot be read as JSON`)
  }
}
