// The audit trail on `dcms.audit`: what its records look like, and what `dcms audit verify` asks
// each process.
import type { Context } from '../wire/endpoint.ts'
import { internalEndpoint } from '../wire/endpoint.ts'

/** Who did what, with which outcome. Never a body, a token or a card number. */
export interface AuditRecord {
  /** ISO 8601, UTC. */
  time: string
  requestId: string
  tenant: string
  /** The bank's user, or the operator. */
  user: string
  method: string
  path: string
  /** HTTP status; 499 when the caller went away before there was an answer. */
  status: number
  errorCode: string
  durationMs: number
  /** Where the call came from. */
  remote: string
  /** Absent for calls of banks. */
  kind?: 'operator' | 'begin' | 'end' | 'dropped'
  /** Of an operator's command: what it was about, by named members of its body. */
  about?: Readonly<Record<string, string>>
  /**
   * Of `begin`: earlier processes of this context, newest first, and how far their records went.
   */
  known?: readonly AuditHead[]
  /** Of `dropped`: how many records were lost because Kafka was away for too long. */
  dropped?: number
}

/** How far the records of one process went. */
export interface AuditHead {
  instance: string
  sequence: number
  hash: string
}

/**
 * A record as published: one line of a message, which holds the records of a batch. Earlier
 * releases sent each record in a message of its own. `process` is whose it is, `instance` one run
 * of it, `sequence` counts its records from 1, which is `begin`; the last is `end`. `hash` is the
 * SHA-256, in hex, of the JSON text of the record without `hash` and `signature`; `prevHash` is the
 * hash of the record before, 64 zeros for the first. The last record of each batch carries
 * `signature`, a JWT (ES256) of the process over instance, sequence and hash.
 */
export interface ChainedRecord extends AuditRecord {
  process: string
  instance: string
  sequence: number
  prevHash: string
  hash: string
  signature?: string
}

/** A run of a process as it noted itself in its own database, apart from the topic. */
export interface AuditInstance extends AuditHead {
  process: string
  startedAt: string
  endedAt?: string
}

/** Offered by every service and the gateway. */
export const auditInstancesPath = '/internal/admin/audit-instances'
export const auditInstancesRequest = { type: 'object', additionalProperties: false, properties: {} } as const

export const auditInstancesEndpoint = (owner: Context) =>
  internalEndpoint<Record<string, never>, { instances: AuditInstance[] }>()({
    name: 'auditInstances',
    method: 'POST',
    path: auditInstancesPath,
    owner,
    callers: ['ops'],
    summary: 'The runs of this process that should be in the audit trail, and how far their records went',
    idempotency: 'read',
    request: auditInstancesRequest,
    result: { type: 'object' },
    errors: ['service.unavailable'],
  })
