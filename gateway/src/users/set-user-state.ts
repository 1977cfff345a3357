// Disabling, enabling, deleting an API user. Contract: packages/contract/src/gateway/admin.ts.
import type { SetUserState, UserState } from '@dcms/contract'
import { answer, type Outcome, refuse } from '@dcms/service'
import type { UserDocument } from '../database.ts'
import { type AddUserParts, type Change, nextRevision } from './add-user.ts'
import { userId } from './users.ts'

const ATTEMPTS_MAX = 10

type Set = Outcome<
  { username: string; state: UserState; changed: boolean },
  'invalid.input.request' | 'tenant.not.found' | 'concurrent.change'
>

/**
 * Every change ends the tokens given before, here at once, in other gateway processes within
 * seconds; the same state again changes nothing.
 */
export async function setUserState(
  { tenant, username, state }: SetUserState,
  { collection, counters, users, tenants }: AddUserParts,
  { now, operator }: Change,
): Promise<Set> {
  if (tenants.find(tenant) === undefined) return refuse('tenant.not.found')
  const _id = userId(tenant, username)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const stored = await collection.findOne({ _id })
    if (stored === null) return refuse('invalid.input.request', [`${tenant} has no user ${username}`])
    const present = stateOf(stored)
    if (present === state) return answer({ username, state, changed: false })
    if (present === 'DELETED') return refuse('invalid.input.request', [`the user ${username} is deleted; the name can be added again`])
    const version = stored.version + 1
    const disabled = state !== 'ENABLED'
    const changes = {
      disabled,
      version,
      tokensValidFrom: version,
      changedAt: now,
      changedBy: operator,
      revision: await nextRevision(counters),
      ...(state === 'DELETED' && { deleted: true as const, passwordHash: '', roles: [] }),
    }
    if ((await collection.updateOne({ _id, version: stored.version }, { $set: changes })).matchedCount === 0) continue
    users.take({ _id, disabled, tokensValidFrom: version })
    return answer({ username, state, changed: true })
  }
  return refuse('concurrent.change')
}

export function stateOf({ deleted, disabled }: Pick<UserDocument, 'deleted' | 'disabled'>): UserState {
  if (deleted) return 'DELETED'
  return disabled ? 'DISABLED' : 'ENABLED'
}
