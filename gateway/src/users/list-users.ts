// The API users of a tenant, for operators. Contract: packages/contract/src/gateway/admin.ts.
import type { ListUsers, UserShown } from '@dcms/contract'
import { answer, type Outcome, refuse } from '@dcms/service'
import type { UserDocument } from '../database.ts'
import type { AddUserParts } from './add-user.ts'
import { stateOf } from './set-user-state.ts'
import { userId } from './users.ts'

const PER_PAGE_MAX = 500
const AFTER_COLON = ';' // the character behind ':': names of one tenant are a range of the index

type Listed = Outcome<{ users: UserShown[]; more: boolean }, 'tenant.not.found'>

/** By name; a page begins behind `after`. */
export async function listUsers(
  { tenant, after }: ListUsers,
  { collection, tenants }: Pick<AddUserParts, 'collection' | 'tenants'>,
): Promise<Listed> {
  if (tenants.find(tenant) === undefined) return refuse('tenant.not.found')
  const from = userId(tenant, after ?? '')
  const found = await collection
    .find({ _id: { $gt: from, $lt: `${tenant}${AFTER_COLON}` } }, { projection: { passwordHash: 0 } })
    .sort({ _id: 1 })
    .limit(PER_PAGE_MAX + 1)
    .toArray()
  return answer({ users: found.slice(0, PER_PAGE_MAX).map(shown), more: found.length > PER_PAGE_MAX })
}

/** Named members only: nothing of the password leaves. */
const shown = (user: UserDocument): UserShown => ({
  username: user.username,
  roles: user.roles,
  ...(user.branch !== undefined && { branch: user.branch }),
  state: stateOf(user),
  changedAt: user.changedAt.toISOString(),
  ...(user.changedBy !== undefined && { changedBy: user.changedBy }),
})
