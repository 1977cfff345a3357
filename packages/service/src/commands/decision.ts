// What a rule decides and what a command answers.
import type { ErrorCode, Pagination } from '@dcms/contract'

/** A refusal the contract lists for the endpoint. */
export interface Refused<Code extends ErrorCode> {
  readonly kind: 'refused'
  readonly code: Code
  /** Replaces the catalogue's own lines. */
  readonly fieldError?: readonly string[]
  /**
   * The dotted code behind a family's own one, where it is not the catalogue's: `bin.not.found`
   * under ORD005.
   */
  readonly reasonCode?: ErrorCode
  /**
   * The caller may try again after this time: the answer carries it as Retry-After and is not kept
   * for repeats.
   */
  readonly retryAfterSeconds?: number
  /** What the envelope shows beside the exception, where the contract says so; null when absent. */
  readonly result?: unknown
}

/**
 * A rule's verdict: the state's change with its events, no change because it stands already, or a
 * refusal.
 */
export type Decision<State, Event extends { type: string }, Code extends ErrorCode> =
  | {
      readonly kind: 'changed'
      readonly set: Partial<State>
      readonly unset?: readonly (keyof State & string)[]
      readonly events: readonly Event[]
      /**
       * Goes through while the document's outbox is full, for what must not wait: once, as whatever
       * undoes it has to wait.
       */
      readonly evenWhenFull?: true
    }
  | { readonly kind: 'unchanged' }
  | Refused<Code>

/**
 * How a command ends. `overtaken`: somebody else changed the document first; the command is run
 * again on fresh state.
 */
export type Outcome<Result, Code extends ErrorCode> =
  | {
      readonly kind: 'answer'
      readonly result: Result
      readonly pagination?: Pagination
      /** Headers of the answer, and of the one that a repeat gets: `x-order-id`. */
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'overtaken' }
  | Refused<Code>

export const refuse = <const Code extends ErrorCode>(
  code: Code,
  fieldError?: readonly string[],
  reasonCode?: ErrorCode,
): Refused<Code> => ({
  kind: 'refused',
  code,
  ...(fieldError && { fieldError }),
  ...(reasonCode && { reasonCode }),
})

/** A refusal that ends by itself: `rate.limit.exceeded`. */
export const refuseFor = <const Code extends ErrorCode>(code: Code, retryAfterSeconds: number): Refused<Code> => ({
  kind: 'refused',
  code,
  retryAfterSeconds,
})

export const answer = <Result>(result: Result): { readonly kind: 'answer'; readonly result: Result } => ({ kind: 'answer', result })

export const unchanged = { kind: 'unchanged' } as const

/** Something this process needs is away; the call answers 503 and may be repeated. */
export class ServiceUnavailable extends Error {
  /** Read by followers: not the event's fault. */
  readonly unavailable = true
}

/**
 * Not known here yet: a moment later it will be. A follower lets the event's aggregate wait, and
 * takes it for no sign that more is away.
 */
export class NotYet extends ServiceUnavailable {
  readonly concerns = 'aggregate'
}
