// The gateway's own database: tenants, users, keys and sources of log-ins, each a small collection.
import type { TenantDefinition } from '@dcms/contract'
import type { OutboxDocument } from '@dcms/events'
import type { Connection, mongo } from 'mongoose'
import type { BinLockDocument } from './tenants/bin-locks.ts'

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
  /**
   * Deleted users are disabled too. What is left of them keeps their tokens ended when the name is
   * given again.
   */
  deleted?: true
  /** Counts changes; a token carries the version it was issued under. */
  version: number
  /**
   * Tokens of an earlier version are revoked. A version instead of a time: exact, whatever the
   * clocks of several gateways say.
   */
  tokensValidFrom: number
  changedAt: Date
  /** The operator who changed it. */
  changedBy?: string
  /**
   * Numbers the changes of all users, so that every process finds what it has not seen; see
   * `Users`.
   */
  revision?: number
}

/** A number that counts up, for all gateway processes. */
export interface CounterDocument {
  _id: 'users'
  value: number
}

/**
 * A key of the gateway, wrapped under the master key; `_id` names it, the same in every gateway
 * process.
 */
export interface KeyDocument {
  _id: string
  purpose: 'encryption' | 'signing' | 'ticket'
  kid: string
  wrapped: string
  createdAt: Date
}

/** How long a source of log-ins stays known after the last one. */
export const KNOWN_FOR_MS = 30 * 24 * 60 * 60 * 1000

/**
 * From where a bank, or one of its users, logged in lately; `_id` is `tenant source` or
 * `tenant:username source`.
 */
export interface LoginSourceDocument {
  _id: string
  at: Date
}

export interface Database {
  readonly tenants: mongo.Collection<TenantDocument>
  readonly users: mongo.Collection<UserDocument>
  readonly keys: mongo.Collection<KeyDocument>
  readonly loginSources: mongo.Collection<LoginSourceDocument>
  readonly counters: mongo.Collection<CounterDocument>
  readonly binLocks: mongo.Collection<BinLockDocument>
}

/** The collections of the gateway's database; usable once the connection stands. */
export function collectionsOf(database: Connection): Database {
  // Mongoose's collection is the driver's, bound anew by each connection; only its type says less.
  const collection = <Document extends { _id: string }>(name: string): mongo.Collection<Document> =>
    database.collection(name) as unknown as mongo.Collection<Document>
  return {
    tenants: collection('tenants'),
    users: collection('users'),
    keys: collection('keys'),
    loginSources: collection('loginSources'),
    counters: collection('counters'),
    binLocks: collection('binLocks'),
  }
}

/** Safe to repeat. */
export async function createIndexes({ tenants, users, loginSources }: Database): Promise<void> {
  await tenants.createIndex({ outboxAt: 1 }, { partialFilterExpression: { outboxAt: { $exists: true } } })
  await tenants.createIndex({ 'outboxAside.at': 1 }, { partialFilterExpression: { 'outboxAside.at': { $exists: true } } })
  await users.createIndex({ revision: 1 })
  await loginSources.createIndex({ at: 1 }, { expireAfterSeconds: KNOWN_FOR_MS / 1000 })
}
