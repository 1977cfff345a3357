// The operators' route that takes a key exchanged with a bank: `dcms keys import`.
import type { Hsm, ImportedKeyPurpose } from '@dcms/card-crypto'
import { failure, type ImportKey, importKeyPath, importKeyRequest, success, validatorOf } from '@dcms/contract'
import express, { type Express } from 'express'
import type { contextVerifier } from './context-token.ts'
import type { Tenants } from './tenants.ts'

const KEY_BODY_MAX = '2kb'

/** Adds the route for the purposes this context holds. The answer shows the key check value, never the key. */
export const importKeyRoute =
  (hsm: Hsm, purposes: readonly ImportedKeyPurpose[]) =>
  (app: Express, verify: ReturnType<typeof contextVerifier>, tenants: Tenants): void => {
    const validate = validatorOf<ImportKey>(importKeyRequest)
    app.post(importKeyPath, express.json({ limit: KEY_BODY_MAX }), async (request, response) => {
      if (verify(request.get('x-dcms-context'))?.caller !== 'ops') return void response.status(401).json(failure('auth.token.invalid'))
      const validated = validate(request.body)
      if (!validated.valid) return void response.status(400).json(failure('invalid.input.request', validated.fieldError))
      const { tenant, purpose, key } = validated.value
      if (!tenants.get(tenant)) return void response.status(400).json(failure('tenant.not.found'))
      if (!purposes.includes(purpose))
        return void response.status(400).json(failure('invalid.input.request', [`purpose must be one of ${purposes.join(', ')} here`]))
      const { kcv } = await hsm.importKey(tenant, purpose, Buffer.from(key, 'base64'))
      response.json(success({ tenant, purpose, kcv }))
    })
  }
