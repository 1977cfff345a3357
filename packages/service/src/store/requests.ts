// The collection `requests`: small documents of a tenant, for several uses that share one index.
// Each use has its own view, which shows its own fields alone; their `_id`s never meet.
import { plainModel, type TenantModel } from './store.ts'

/** An answer as it goes out. */
export interface StoredAnswer {
  status: number
  body: string
  headers?: Record<string, string>
}

/** The first answer to an idempotency key; `_id` is made of the key. */
export interface KeptAnswer {
  _id: string
  /** Hash of the normalised body, to tell a repeat from another request under the same key. */
  bodyHash: string
  /**
   * Bodies with another secret that came under the key; `compared` has those too that are just
   * being compared.
   */
  others?: number
  compared?: number
  leaseUntil: Date
  /** Missing while the first call runs. */
  answer?: StoredAnswer
  expiresAt: Date
}

/** Whose turn it is to do what must not be done twice at once; it ends by itself. */
export interface Turn {
  _id: string
  /** The command that has the turn. */
  holder: string
  expiresAt: Date
}

/** Who has claimed what only one may have. Without an end. */
export interface Claim {
  _id: string
  holder: string
  /** Another one for each claim, so that it is noticed when the same holder has claimed again. */
  claim?: string
}

/** Failed calls within a window. */
export interface FailureCounter {
  _id: string
  failures: number
  /** Counted only so that a write is made. */
  unreached?: number
  /** The end of the window. */
  expiresAt: Date
}

/** Reads of a CVV within an hour. */
export interface RevealCounter {
  _id: string
  reveals: number
  /** The end of the hour. */
  expiresAt: Date
}

/** Notes by being there that something was done; it ends by itself. */
export interface Mark {
  _id: string
  expiresAt: Date
}

/** How far a feed was read. Without an end. */
export interface Cursor {
  _id: string
  cursor: string
}

type FieldsOf<View> = View extends unknown ? Exclude<keyof View, '_id'> : never

const fields = {
  bodyHash: String,
  others: Number,
  compared: Number,
  leaseUntil: Date,
  answer: { status: Number, body: String, headers: Object },
  expiresAt: Date,
  holder: String,
  claim: String,
  failures: Number,
  unreached: Number,
  reveals: Number,
  cursor: String,
} satisfies Record<FieldsOf<KeptAnswer | Turn | Claim | FailureCounter | RevealCounter | Mark | Cursor>, unknown>

/** The collection as a whole, for what makes its index. Use cases take a view. */
export const requestsOf = plainModel<{ _id: string }>('requests', fields, [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]])

const viewOf = <View extends { _id: string }>(): TenantModel<View> => requestsOf as unknown as TenantModel<View>

export const keptAnswersOf = viewOf<KeptAnswer>()
export const turnsOf = viewOf<Turn>()
export const claimsOf = viewOf<Claim>()
export const failureCountersOf = viewOf<FailureCounter>()
export const revealCountersOf = viewOf<RevealCounter>()
export const marksOf = viewOf<Mark>()
export const cursorsOf = viewOf<Cursor>()
