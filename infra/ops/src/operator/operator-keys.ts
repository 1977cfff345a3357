// Operators' work on keys: create, import, rotate, list, export, each at the contexts that hold the
// purpose.
import {
  type AddKeyComponent,
  addKeyComponentEndpoint,
  type ComponentShown,
  type CreateKey,
  createKeyEndpoint,
  type ExportKey,
  exportKeyBlockEndpoint,
  type ImportKeyBlock,
  type InternalEndpoint,
  importKeyBlockEndpoint,
  type KeyContext,
  type KeyPurposeName,
  type KeyShown,
  keyContexts,
  keyPurposesOf,
  listKeysEndpoint,
  type ProcessName,
  type RotateKey,
  rotateKeyEndpoint,
} from '@dcms/contract'

/**
 * A call at one process. `once`: not repeated when its outcome is unknown, because a repeat would
 * do it again.
 */
export type OperatorCall = <Body, Result>(
  owner: ProcessName,
  tenant: string,
  what: string,
  endpoint: InternalEndpoint<Body, Result>,
  body: Body,
  options?: { once?: boolean },
) => Promise<Result>

/**
 * A component, brought by the officer whose key signs the call. `component`: Base64 of 16 or 32
 * bytes.
 */
export type ComponentGiven = AddKeyComponent

export interface KeysOfContext {
  context: KeyContext
  keys: KeyShown[]
  waiting: ComponentShown[]
}

/** Key operations at one context each; `keyContexts` says which hold a purpose. */
export interface KeyOperations {
  create(context: KeyContext, key: CreateKey): Promise<KeyShown>
  addComponent(context: KeyContext, component: ComponentGiven): Promise<{ componentKcv: string; key?: KeyShown }>
  importBlock(context: KeyContext, block: ImportKeyBlock): Promise<KeyShown>
  rotate(context: KeyContext, key: RotateKey): Promise<KeyShown>
  /** Without `keyBlock` for the first of the two officers who ask. */
  exportBlock(context: KeyContext, key: ExportKey): Promise<KeyShown & { keyBlock?: string }>
  list(context: KeyContext, tenant: string): Promise<KeysOfContext>
}

/** The contexts that hold keys of this purpose. */
export const holdersOf = (purpose: KeyPurposeName): KeyContext[] =>
  keyContexts.filter((context) => keyPurposesOf[context].includes(purpose))

export const keyOperations = (call: OperatorCall): KeyOperations => {
  const named = (context: KeyContext, { tenant, purpose }: { tenant: string; purpose: string }): string =>
    `the ${purpose} key of ${tenant} in ${context}`
  return {
    create: (context, key) => call(context, key.tenant, named(context, key), createKeyEndpoint.of(context), key, { once: true }),
    // The same component of the same officer, or the same key block, again changes nothing: these
    // two may be repeated. So may an officer's wish to export.
    addComponent: (context, given) => call(context, given.tenant, named(context, given), addKeyComponentEndpoint.of(context), given),
    importBlock: (context, block) => call(context, block.tenant, named(context, block), importKeyBlockEndpoint.of(context), block),
    rotate: (context, key) => call(context, key.tenant, named(context, key), rotateKeyEndpoint.of(context), key, { once: true }),
    exportBlock: (context, key) => call(context, key.tenant, named(context, key), exportKeyBlockEndpoint.of(context), key),
    async list(context, tenant) {
      const listed = await call(context, tenant, `the list of keys of ${tenant} in ${context}`, listKeysEndpoint.of(context), { tenant })
      return { context, ...listed }
    },
  }
}
