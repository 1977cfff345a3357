// What the start of a service takes: what the service gets, and what it makes of that.
import type { Express } from 'express'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'
import type { CallerTokens, contextVerifier } from './callers/context-token.ts'
import type { Command } from './commands/command.ts'
import type { Following } from './jobs/followings.ts'
import type { Job } from './jobs/job.ts'
import type { Reaction } from './jobs/reactions.ts'
import type { Sweep } from './jobs/sweeps.ts'
import type { TenantModel } from './store/store.ts'
import type { Tenant } from './store/tenant.ts'
import type { Tenants } from './store/tenants.ts'

/** What a service makes of the pieces it gets at its start. */
export interface ServiceParts {
  commands: readonly Command[]
  aggregates: readonly TenantModel<never>[]
  /** Further collections with indexes of their own. */
  collections?: readonly TenantModel<never>[]
  followings?: readonly Following[]
  sweeps?: readonly Sweep[]
  /** Work by the clock, in one process at a time. */
  jobs?: readonly Job[]
  /** What is done outside the store when something happened. */
  reactions?: readonly Reaction[]
  /** Runs before the first tenant is served; a SettingsError ends the start. */
  check?: () => Promise<void>
  /** Runs once per tenant and start, before the tenant is served. */
  prepare?: (tenant: Tenant) => Promise<void>
  /** Further routes of the internal listener, for operators. */
  adminRoutes?: (
    app: Express,
    verify: ReturnType<typeof contextVerifier>,
    tenants: Tenants,
    logger: Logger,
    touched: (tenant: string) => void,
  ) => void
  /** Called once, for gauges that are counted by tenant. */
  gauges?: (tenants: Pick<Tenants, 'all'>) => void
  /** Closed at the end. */
  clients?: readonly { close(): Promise<void> }[]
}

/** What a service gets to make its parts of. */
export interface Foundations {
  connection: Connection
  tokens: CallerTokens
  logger: Logger
}
