// Where a gateway stands: alone in its process, as the lead of worker threads, or as one of them.
import type { PublishedTenant } from '@dcms/contract'
import type { Desk } from './log-in/log-in-desk.ts'
import type { Replays } from './pipeline/replay-guard.ts'
import type { BucketFor, Tenants } from './tenants/tenants.ts'
import type { Users } from './users/users.ts'

/** One thread does everything. */
export interface Alone {
  readonly kind: 'alone'
}

/** The main thread, where workers serve the banks: operators' commands, log-ins, the outbox. */
export interface LeadPlace {
  readonly kind: 'lead'
  /** A definition is in use here, which the workers are to use. */
  tenantRegistered(taken: Pick<PublishedTenant, 'version' | 'definition'>): void
  /** A command changed a user, whose tokens the workers are to refuse. */
  userTaken(change: Parameters<Users['take']>[0]): void
  /** Resolves when the workers have taken what they were told. */
  allKnow(): Promise<void>
  /** Ends the workers, calls in flight and audit first. */
  endWorkers(): Promise<void>
}

/** A worker thread: serves banks at a port that all workers share. */
export interface WorkerPlace {
  readonly kind: 'worker'
  /** Of all workers, this one included. */
  readonly workers: number
  /** The first one of a process listens before it can serve, so that probes are answered. */
  readonly listensAtOnce: boolean
  /** Counts for all workers … */
  readonly replays: Replays
  /** … since then. */
  readonly rememberedSinceMs: number
  readonly bucketFor: BucketFor
  readonly desk: Desk
  /** Of the whole process. */
  readiness(): Promise<string[]>
  metrics(): Promise<string>
  /** Called before anything is read, with what hears of changes. */
  built(parts: { readonly tenants: Tenants; readonly users: Users; ownReadiness(): string[] }): void
}

export type Place = Alone | LeadPlace | WorkerPlace
