// The gateway's own database: tenants, users and keys, each a small collection.
import type { TenantDefinition } from '@dcms/contract'
import type { OutboxDocument } from '@dcms/events'
import type { Connection, mongo } from 'mongoose'

/** A tenant definition as it is stored; `_id` is the tenant. */
export interface TenantDocument extends OutboxDocument {
  definition: TenantDefinition
}

/** An API user; `_id` is `tenant:username`. */
export interface UserDocument {
  _id: string
  tenant: string
  username: string
  /** argon2id in PHC form. */
  passwordHash: string
  roles: string[]
  /** The branch that a BRANCH_USER works for. */
  branch?: string
  disabled: boolean
  /** Counts changes; a token carries the version it was issued under. */
  version: number
  /** Tokens of an earlier version are revoked. A version instead of a time: exact, whatever the clocks of several gateways say. */
  tokensValidFrom: number
  changedAt: Date
}

/** A key of the gateway, wrapped under the master key; `_id` names it, the same in every gateway process. */
export interface KeyDocument {
  _id: string
  purpose: 'encryption' | 'signing' | 'ticket'
  kid: string
  wrapped: string
  createdAt: Date
}

export interface Database {
  readonly tenants: mongo.Collection<TenantDocument>
  readonly users: mongo.Collection<UserDocument>
  readonly keys: mongo.Collection<KeyDocument>
}

/** The collections of the gateway's database; usable once the connection stands. */
export function collectionsOf(database: Connection): Database {
  // Mongoose's collection is the driver's, bound anew by each connection; only its type says less.
  const collection = <Document extends { _id: string }>(name: string): mongo.Collection<Document> =>
    database.collection(name) as unknown as mongo.Collection<Document>
  return { tenants: collection('tenants'), users: collection('users'), keys: collection('keys') }
}

/** Safe to repeat. */
export async function createIndexes({ tenants, users }: Database): Promise<void> {
  await tenants.createIndex({ outboxAt: 1 }, { partialFilterExpression: { outboxAt: { $exists: true } } })
  await users.createIndex({ changedAt: 1 })
}
