// What of the API users the pipeline must know at each call: whose tokens are revoked.
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import type { UserDocument } from '../database.ts'

/** How long a token may still work in the other gateway processes after it was revoked in one. */
export const RELOAD_EVERY_MS = 2_000
/**
 * Changes are found by their number, never by a time: clocks of gateways differ. A change may be
 * stored after one with a higher number, by as many as are under way at once; reading the last few
 * again is cheap.
 */
const RELOAD_OVERLAP = 100
/**
 * Now and then all are read: a database that was put back from a backup numbers its changes anew.
 */
const ALL_EVERY_RELOADS = 150

export interface UserState {
  disabled: boolean
  tokensValidFrom: number
}

export const userId = (tenant: string, username: string): string => `${tenant}:${username}`

type Changed = Pick<UserDocument, '_id' | 'disabled' | 'tokensValidFrom' | 'revision'>

/** The state of all users, followed by reading what changed every few seconds. */
export class Users {
  readonly #collection: mongo.Collection<UserDocument>
  readonly #logger: Logger
  readonly #states = new Map<string, UserState>()
  #seenUpTo = 0
  #reloads = 0
  #timer: NodeJS.Timeout | undefined

  constructor(collection: mongo.Collection<UserDocument>, logger: Logger) {
    this.#collection = collection
    this.#logger = logger
  }

  /** Reads all users, then goes on reading what changes. */
  async start(): Promise<void> {
    await this.#reload()
    this.#timer = setInterval(() => {
      this.#reload().catch((error: unknown) => this.#logger.warn({ err: error }, 'users could not be reloaded; trying again later'))
    }, RELOAD_EVERY_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The state of a user, the same object for ever: whoever holds it sees changes. */
  stateOf(tenant: string, username: string): UserState {
    const id = userId(tenant, username)
    const known = this.#states.get(id)
    if (known !== undefined) return known
    const state: UserState = { disabled: false, tokensValidFrom: 0 }
    this.#states.set(id, state)
    return state
  }

  /** Takes a change at once, in the process that made it. */
  take({ _id, disabled, tokensValidFrom }: Omit<Changed, 'revision'>): void {
    const state = this.#states.get(_id)
    if (state === undefined) this.#states.set(_id, { disabled, tokensValidFrom })
    else if (tokensValidFrom >= state.tokensValidFrom) Object.assign(state, { disabled, tokensValidFrom })
  }

  async #reload(): Promise<void> {
    const isWhole = this.#reloads % ALL_EVERY_RELOADS === 0
    const changed = this.#collection.find<Changed>(isWhole ? {} : { revision: { $gt: this.#seenUpTo - RELOAD_OVERLAP } }, {
      projection: { _id: 1, disabled: 1, tokensValidFrom: 1, revision: 1 },
    })
    let highest = isWhole ? 0 : this.#seenUpTo
    for await (const user of changed) {
      this.take(user)
      highest = Math.max(highest, user.revision ?? 0)
    }
    this.#seenUpTo = highest
    this.#reloads++
  }
}
