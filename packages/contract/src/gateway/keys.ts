// Operators' key ceremony, `dcms keys …`: offered by every service for the purposes of its context.
// Key check values are shown, never a key.
import type { FromSchema } from 'json-schema-to-ts'
import type { ErrorCode } from '../errors/errors.ts'
import { blockKeyPurposes, componentKeyPurposes, exchangedKeyPurposes, type KeyPurposeName, keyPurposes } from '../key-purposes.ts'
import { entryOf, type KeyContext, keyContexts, recordOf } from '../processes.ts'
import type { Context, InternalEndpoint } from '../wire/endpoint.ts'

/** Which keys each context holds, as the register of processes has it. */
export const keyPurposesOf: Readonly<Record<KeyContext, readonly KeyPurposeName[]>> = recordOf(keyContexts, (name) => entryOf(name).keys)

const tenant = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,29}$', maxLength: 30 } as const
const forPurpose = <const Names extends readonly KeyPurposeName[]>(names: Names) =>
  ({
    type: 'object',
    additionalProperties: false,
    required: ['tenant', 'purpose'],
    properties: { tenant, purpose: { enum: names } },
  }) as const

const component = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'purpose', 'number', 'component'],
  properties: {
    tenant,
    purpose: { enum: componentKeyPurposes },
    number: { enum: [1, 2] },
    component: {
      type: 'string',
      pattern: '^([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{22}==)$',
      maxLength: 44,
      formatText: 'Base64 of 32 bytes (AES-256) or 16 bytes (TDES)',
    },
  },
} as const

const imported = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'purpose', 'keyBlock'],
  properties: {
    tenant,
    purpose: { enum: blockKeyPurposes },
    keyBlock: { type: 'string', pattern: '^[ -~]{16,1024}$', maxLength: 1024, formatText: 'a key block in printable characters' },
  },
} as const

const listed = { type: 'object', additionalProperties: false, required: ['tenant'], properties: { tenant } } as const
const exchanged = forPurpose(exchangedKeyPurposes)
const anyPurpose = forPurpose(keyPurposes)

/** What is told of a key. `createdAt`: ISO 8601, UTC. */
export interface KeyShown {
  purpose: KeyPurposeName
  version: number
  kcv: string
  algorithm: 'AES-256' | 'TDES-2KEY'
  createdAt: string
}

/** A component that waits for the other one. `officer`: the operator who brought it. */
export interface ComponentShown {
  purpose: KeyPurposeName
  number: 1 | 2
  officer: string
  componentKcv: string
  createdAt: string
}

export type CreateKey = FromSchema<typeof exchanged>
export type AddKeyComponent = FromSchema<typeof component>
export type ImportKeyBlock = FromSchema<typeof imported>
export type RotateKey = FromSchema<typeof anyPurpose>
export type ListKeys = FromSchema<typeof listed>
export type ExportKey = FromSchema<typeof exchanged>

/** An operators' endpoint that several services offer at the same path. */
export type OfferedEndpoint<Request, Result, Code extends ErrorCode> = Omit<
  InternalEndpoint<Request, Result, Code>,
  'owner' | 'method' | 'callers' | 'types'
> & {
  /** The endpoint at one service. */
  of(owner: Context): InternalEndpoint<Request, Result, Code>
}

const offered =
  <Request, Result>() =>
  <const Code extends ErrorCode>(
    definition: Omit<OfferedEndpoint<Request, Result, Code>, 'of' | 'result'>,
  ): OfferedEndpoint<Request, Result, Code> => {
    const whole = { ...definition, result: { type: 'object' } }
    return { ...whole, of: (owner) => ({ ...whole, owner, method: 'POST', callers: ['ops'] }) }
  }

const always = ['invalid.input.request', 'tenant.not.found', 'auth.token.invalid'] as const

export const createKeyEndpoint = offered<CreateKey, KeyShown>()({
  name: 'createKey',
  path: '/internal/admin/keys/create',
  summary: 'Makes the first key of an exchanged purpose, to be handed out as a key block',
  idempotency: 'document',
  request: exchanged,
  errors: [...always, 'key.exists'],
})

export const addKeyComponentEndpoint = offered<AddKeyComponent, { componentKcv: string; key?: KeyShown }>()({
  name: 'addKeyComponent',
  path: '/internal/admin/keys/component',
  summary: 'Takes one of the two components of a key; with the second one, from another officer, the key becomes the next version',
  idempotency: 'document',
  request: component,
  errors: [...always, 'dual.control', 'key.invalid', 'key.version.exhausted'],
})

export const importKeyBlockEndpoint = offered<ImportKeyBlock, KeyShown>()({
  name: 'importKeyBlock',
  path: '/internal/admin/keys/import',
  summary: 'Takes a key block (TR-31, ISO 20038) under the tenant’s transport key as the next version',
  idempotency: 'document',
  request: imported,
  errors: [...always, 'key.block.invalid', 'key.invalid', 'key.not.found', 'key.version.exhausted'],
})

export const rotateKeyEndpoint = offered<RotateKey, KeyShown>()({
  name: 'rotateKey',
  path: '/internal/admin/keys/rotate',
  summary: 'Makes the next version of a key that is made here; earlier versions still read what they wrote',
  idempotency: 'document',
  request: anyPurpose,
  errors: [...always, 'key.purpose.refused', 'key.not.found', 'key.version.exhausted'],
})

export const listKeysEndpoint = offered<ListKeys, { keys: KeyShown[]; waiting: ComponentShown[] }>()({
  name: 'listKeys',
  path: '/internal/admin/keys/list',
  summary: 'Every version of every key of a tenant here, and the components that wait for their other half',
  idempotency: 'read',
  request: listed,
  errors: always,
})

/**
 * `keyBlock` is absent for the first of the two officers: a second one asks for the same within 15
 * minutes.
 */
export const exportKeyBlockEndpoint = offered<ExportKey, KeyShown & { keyBlock?: string }>()({
  name: 'exportKeyBlock',
  path: '/internal/admin/keys/export',
  summary: 'The newest key of an exchanged purpose as a key block under the tenant’s transport key, for the second officer who asks',
  idempotency: 'document',
  request: exchanged,
  errors: [...always, 'key.not.found'],
})
