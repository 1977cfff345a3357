// The idempotency store: the first answer to a key is kept 24 hours and given again (collection
// `requests`, one per context and tenant).
import { createHash } from 'node:crypto'
import { place } from '../store/place.ts'
import { keptAnswersOf, type StoredAnswer } from '../store/requests.ts'
import type { Tenant } from '../store/tenant.ts'

const KEPT_S = 24 * 60 * 60
/**
 * How long a call counts as running. A call whose process died is taken over after this time;
 * commands are sequences of steps that stand a second runner, so a call that is merely slow loses
 * nothing when it is taken over.
 */
const LEASE_MS = 5_000
/**
 * Bodies with secrets that are compared with the first one of their key: else a key were a way to
 * try PINs that nobody counts.
 */
const OTHER_SECRETS_MAX = 3

export type Begun =
  /**
   * `leaseUntil` names this run: only it may give the key back. `takenOver`: from a run that
   * has come to no answer in its time.
   */
  | { readonly kind: 'run'; readonly leaseUntil: Date; readonly takenOver?: true }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'in-progress' }

/**
 * Takes the key for one run of the call, or says what became of an earlier one. `hidesSecret`: the
 * hash stands for a secret too; after three other ones the key answers `conflict` to all.
 */
export async function beginRequest(
  tenant: Tenant,
  id: string,
  bodyHash: string,
  now: Date,
  { hidesSecret = false }: { hidesSecret?: boolean } = {},
): Promise<Begun> {
  const requests = keptAnswersOf(tenant)
  const leaseUntil = new Date(now.getTime() + LEASE_MS)
  const expiresAt = new Date(now.getTime() + KEPT_S * 1000)
  if ((await place(requests, { _id: id, bodyHash, leaseUntil, expiresAt })) === 'placed') return { kind: 'run', leaseUntil }
  const known = hidesSecret ? await compareSecret(tenant, id, bodyHash) : null
  if (known) return known
  const record = await requests.findById(id).lean()
  if (!record) return await beginRequest(tenant, id, bodyHash, now, { hidesSecret }) // ended between the two
  if (record.bodyHash !== bodyHash) return { kind: 'conflict' }
  if (record.answer) return { kind: 'answered', answer: record.answer }
  if (record.leaseUntil > now) return { kind: 'in-progress' } // most calls end within the second that Retry-After names
  const taken = await requests.updateOne({ _id: id, leaseUntil: record.leaseUntil, answer: { $exists: false } }, { $set: { leaseUntil } })
  return taken.modifiedCount === 1 ? { kind: 'run', leaseUntil, takenOver: true } : { kind: 'in-progress' }
}

/**
 * Counts before it compares: of many guesses at once no more are compared than of guesses one after
 * the other.
 * @returns null when the body is the first one's, or the record has ended
 */
async function compareSecret(tenant: Tenant, id: string, bodyHash: string): Promise<Begun | null> {
  const requests = keptAnswersOf(tenant)
  const counted = await requests
    .findOneAndUpdate({ _id: id, compared: { $not: { $gte: OTHER_SECRETS_MAX } } }, { $inc: { compared: 1 } })
    .lean()
  if (!counted) {
    const record = await requests.findById(id).lean()
    if (!record) return null
    return (record.others ?? 0) >= OTHER_SECRETS_MAX ? { kind: 'conflict' } : { kind: 'in-progress' } // others are being compared just now
  }
  if (counted.bodyHash === bodyHash) {
    await requests.updateOne({ _id: id, compared: { $gte: 1 } }, { $inc: { compared: -1 } }) // a true repeat is no guess
    return null
  }
  await requests.updateOne({ _id: id }, { $inc: { others: 1 } })
  return { kind: 'conflict' }
}

/** Keeps the final answer of a call. */
export async function keepAnswer(tenant: Tenant, id: string, stored: StoredAnswer): Promise<void> {
  await keptAnswersOf(tenant).updateOne({ _id: id, answer: { $exists: false } }, { $set: { answer: stored } })
}

/**
 * Gives the key back after a run that ended without a final answer, so that a repeat runs at once;
 * not when another run has taken over.
 */
export async function releaseRequest(tenant: Tenant, id: string, leaseUntil: Date): Promise<void> {
  await keptAnswersOf(tenant).deleteOne({ _id: id, leaseUntil, answer: { $exists: false } })
}

/** SHA-256 of a body, the same for the same fields in any order. */
export const hashOf = (...parts: unknown[]): string => createHash('sha256').update(canonical(parts)).digest('base64url')

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  )
