// A card vendor's drop, by HTTP: files are put there and its own are fetched. What it offers:
// infra/sandbox/README.md. What it answers is looked at before it is used: it is somebody else's.
import { validatorOf } from '@dcms/contract'
import { PartnerClient, ServiceUnavailable, type Tenant } from '@dcms/service'

const TIMEOUT_MS = 5_000
/** A file of a million cards takes its time. */
const TRANSFER_TIMEOUT_MS = 60 * 60_000
/** Of a vendor's own file, encrypted. */
export const RETURN_BYTES_MAX = 8 * 1024 * 1024
const LISTED_MAX = 100

/** A file of the vendor's own that waits to be fetched. */
export interface OfferedFile {
  name: string
  /** What the vendor says of its bytes. */
  sha256: string
}

/**
 * All methods throw ServiceUnavailable when the vendor is away, too slow, at fault, or answers what
 * cannot be read.
 */
export interface CardVendor {
  /**
   * Puts a file; the vendor keeps the first whole one of a name. An error of the bytes themselves
   * is thrown as it is, and nothing is kept.
   */
  put(tenant: Tenant, drop: string, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /** Whether the vendor keeps a file of that name. */
  has(tenant: Tenant, drop: string, name: string): Promise<boolean>
  /** Those behind a name, in the order of their names. */
  offered(tenant: Tenant, drop: string, after: string | undefined): Promise<{ files: OfferedFile[]; more: boolean }>
  /** One of those; null when it is not there any more. */
  fetch(tenant: Tenant, drop: string, name: string): Promise<Buffer | null>
  /** Says that a file was dealt with: it is not offered any more. */
  done(tenant: Tenant, drop: string, name: string): Promise<void>
}

const name = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,150}$', maxLength: 150 } as const
const readOffered = validatorOf<{ files: OfferedFile[]; more: boolean }>({
  type: 'object',
  required: ['files', 'more'],
  properties: {
    files: {
      type: 'array',
      maxItems: LISTED_MAX,
      items: {
        type: 'object',
        required: ['name', 'sha256'],
        properties: { name, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$', maxLength: 64 } },
      },
    },
    more: { type: 'boolean' },
  },
})

/** @param baseUrl of the vendors' drops, without a slash at its end */
export function httpVendor(baseUrl: string): CardVendor & { close(): Promise<void> } {
  const client = new PartnerClient({ name: 'card vendor', baseUrl, timeoutMs: TIMEOUT_MS })
  const transfers = new PartnerClient({
    name: 'card vendor',
    baseUrl,
    timeoutMs: TRANSFER_TIMEOUT_MS,
    answerBytesMax: RETURN_BYTES_MAX,
  })
  const pathOf = (drop: string, side: 'in' | 'out', file?: string): string =>
    `/drops/${encodeURIComponent(drop)}/${side}${file === undefined ? '' : `/${encodeURIComponent(file)}`}`
  return {
    async put(tenant, drop, file, bytes) {
      let fault: { error: unknown } | undefined
      async function* watched(): AsyncGenerator<Uint8Array> {
        try {
          yield* bytes
        } catch (error) {
          fault = { error }
          throw error
        }
      }
      try {
        const { status } = await transfers.ask(tenant.id, { method: 'PUT', path: pathOf(drop, 'in', file), stream: watched() })
        if (status >= 300) throw new ServiceUnavailable(`the card vendor answered a file with ${status}`)
      } catch (error) {
        throw fault ? fault.error : error
      }
    },
    async has(tenant, drop, file) {
      const { status } = await client.ask(tenant.id, { method: 'GET', path: pathOf(drop, 'in', file) })
      if (status !== 200 && status !== 404) throw new ServiceUnavailable(`the card vendor answered with ${status}`)
      return status === 200
    },
    async offered(tenant, drop, after) {
      const query = `?limit=${LISTED_MAX}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`
      const { status, text } = await client.ask(tenant.id, { method: 'GET', path: `${pathOf(drop, 'out')}${query}` })
      const read = status === 200 ? readOffered(parsed(text)) : undefined
      if (!read?.valid) throw new ServiceUnavailable(`the card vendor’s answer with ${status} cannot be read`)
      return read.value
    },
    async fetch(tenant, drop, file) {
      const { status, bytes } = await transfers.askForBytes(tenant.id, { method: 'GET', path: pathOf(drop, 'out', file) })
      if (status === 404) return null
      if (status !== 200) throw new ServiceUnavailable(`the card vendor answered with ${status}`)
      return bytes
    },
    async done(tenant, drop, file) {
      const { status } = await client.ask(tenant.id, { method: 'DELETE', path: pathOf(drop, 'out', file) })
      if (status >= 300 && status !== 404) throw new ServiceUnavailable(`the card vendor answered with ${status}`)
    },
    close: async () => void (await Promise.all([client.close(), transfers.close()])),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
