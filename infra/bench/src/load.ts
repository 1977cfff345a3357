// What the load generator is told and what it answers.
import type { PrivateJwk } from '@dcms/sealing'

/** How a bank reaches DCMS. */
export interface BankAccess {
  baseUrl: string
  tenant: string
  username: string
  password: string
  clientKeys: { keys: PrivateJwk[] }
}

/**
 * Clear bodies, or sealed: under a session's keys, or one-shot to the gateway's key on that curve
 * and answered on the same curve.
 */
export type Mode = 'clear' | 'session' | 'P-256' | 'X25519'

/** The calls of one round: all different messages, each sent once. */
export interface Round {
  baseUrl: string
  path: string
  mode: Mode
  /** JSON of each call, or one JSON for `count` calls. */
  bodies: string[] | { body: string; count: number }
  connections: number
  /** JSON of the `result` that every answer must hold. */
  result: string
}

export interface RoundResult {
  calls: number
  /** From the first call's start to the last one's answer. */
  seconds: number
  /** CPU seconds of the generator itself. */
  cpuSeconds: number
}

export type Order = { kind: 'log in'; bank: BankAccess } | { kind: 'prepare'; round: Round } | { kind: 'run' }
