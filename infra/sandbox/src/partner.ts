// What a partner is: a name, its routes as services call them, its part of the control API; and the
// answers all partners give.
import type { Indexed } from './store.ts'

export interface PartnerCall {
  tenant: string
  /** The tenant's time. */
  now: Date
  /**
   * The partner's rules of this tenant as its control routes stored them; undefined when there are
   * none.
   */
  rules: unknown
  /** Parameters of the path. */
  path: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  body: unknown
  /** The body as it comes, for a route that takes a stream. */
  stream: AsyncIterable<Uint8Array>
}

export interface PartnerAnswer {
  status: number
  /** JSON, or bytes as they are. */
  body: object | Buffer
}

export interface PartnerRoute {
  method: 'get' | 'post' | 'put' | 'delete'
  /** Under `/<partner>`, or for control routes under `/_control/{tenant}`. */
  path: string
  /** Its body is no JSON: it is read from the stream. */
  takesStream?: true
  handle(this: void, call: PartnerCall): Promise<PartnerAnswer>
}

export interface Partner {
  /** First step of its paths and its name in faults: lower-case letters and `-`. */
  name: string
  routes: readonly PartnerRoute[]
  control: readonly PartnerRoute[]
  indexes: readonly Indexed[]
  /** Forgets everything of a tenant. */
  reset(tenant: string): Promise<void>
}

export const done = (body: object, status = 200): PartnerAnswer => ({ status, body })

/** A refusal; `message` never repeats what the caller sent. */
export const refused = (status: number, code: string, message: string): PartnerAnswer => ({ status, body: { error: { code, message } } })

export const invalid = (faults: readonly string[]): PartnerAnswer => refused(400, 'request.invalid', faults.join('; '))

/** A `limit` of the query between 1 and `most`; null when it is something else. */
export function limitOf(text: string | undefined, fallback: number, most: number): number | null {
  const limit = Number(text ?? fallback)
  return Number.isInteger(limit) && limit >= 1 && limit <= most ? limit : null
}
