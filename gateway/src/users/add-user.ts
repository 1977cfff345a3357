// Adding an API user, or giving one a new password and roles. Contract:
// packages/contract/src/gateway/admin.ts.
import { type AddUser, roleFaults } from '@dcms/contract'
import { answer, type Outcome, place, refuse } from '@dcms/service'
import type { mongo } from 'mongoose'
import type { CounterDocument, UserDocument } from '../database.ts'
import type { Tenants } from '../tenants/tenants.ts'
import { hashPassword } from './passwords.ts'
import { type Users, userId } from './users.ts'

const ATTEMPTS_MAX = 10

export interface AddUserParts {
  readonly collection: mongo.Collection<UserDocument>
  readonly counters: mongo.Collection<CounterDocument>
  readonly users: Pick<Users, 'take'>
  readonly tenants: Tenants
}

/** Who changes a user, and when. */
export interface Change {
  readonly now: Date
  readonly operator: string
}

type Added = Outcome<{ username: string; created: boolean }, 'invalid.input.request' | 'tenant.not.found' | 'concurrent.change'>

/**
 * A known user's tokens are revoked: here at once, in other gateway processes within seconds. A
 * repeat only revokes again.
 */
export async function addUser(input: AddUser, parts: AddUserParts, { now, operator }: Change): Promise<Added> {
  const { collection, users, tenants } = parts
  const { tenant, username, password, roles, branch } = input
  const faults = roleFaults(roles, branch)
  if (faults.length > 0) return refuse('invalid.input.request', faults)
  if (tenants.find(tenant) === undefined) return refuse('tenant.not.found')
  const _id = userId(tenant, username)
  const passwordHash = await hashPassword(password)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const stored = await collection.findOne({ _id })
    const version = (stored?.version ?? 0) + 1
    const changes = {
      passwordHash,
      roles: [...new Set(roles)],
      version,
      tokensValidFrom: version,
      disabled: stored?.deleted ? false : (stored?.disabled ?? false),
      changedAt: now,
      changedBy: operator,
      revision: await nextRevision(parts.counters),
      ...(branch && { branch }),
    }
    const gone = { ...(!branch && { branch: '' as const }), ...(stored?.deleted && { deleted: '' as const }) }
    const done =
      stored === null
        ? (await place(collection, { _id, tenant, username, ...changes })) === 'placed'
        : (await collection.updateOne({ _id, version: stored.version }, { $set: changes, $unset: gone })).matchedCount === 1
    if (!done) continue
    users.take({ _id, disabled: changes.disabled, tokensValidFrom: version })
    return answer({ username, created: stored === null || stored.deleted === true })
  }
  return refuse('concurrent.change')
}

/** The number of the next change: taken before the change is stored, and given to no other. */
export async function nextRevision(counters: mongo.Collection<CounterDocument>): Promise<number> {
  const counter = await counters.findOneAndUpdate({ _id: 'users' }, { $inc: { value: 1 } }, { upsert: true, returnDocument: 'after' })
  if (counter === null) throw new Error('the counter of user changes was not stored')
  return counter.value
}
