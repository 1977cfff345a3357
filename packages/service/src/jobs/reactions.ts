// Reactions: what a service does outside its own store when something happened, such as telling a
// partner.
import { type Context, topicOf } from '@dcms/contract'
import { deadLetterTopic, type ReceivedEvent, type Topic } from '@dcms/events'
import type { Scope } from '../commands/scope.ts'
import type { Tenant } from '../store/tenant.ts'
import { type FollowingParts, handleFor } from './followings.ts'

/** Does something for each event of a context, at least once, in the order of each aggregate. */
export interface Reaction {
  of: Context
  /**
   * A consumer group of its own, so that a partner that is away holds up nothing else:
   * `customer-notifications`.
   */
  group: string
  /**
   * Must take the same event twice. What it throws is tried a few times; then the event is set
   * aside with the later ones of its aggregate and tried again with growing pauses: for as long as
   * it takes when it is `unavailable` (as ServiceUnavailable is; when that happens again and again
   * all events of the bank are set aside for a while), otherwise five times and for a minute, after
   * which it goes to the dead letters `<topic>.dlq.<group>`. What takes longer than a second is set
   * aside too, so that no other bank waits for it, and then has 30 s.
   */
  react(scopeOf: (commandId: string) => Scope, event: ReceivedEvent): Promise<void>
  /**
   * The time between an event's first failure and its giving up, at least; a minute when left out.
   */
  deadLetterAfterMs?: number
  /**
   * How long others of its partition wait for one event at most; a second when left out. More for
   * work that only this service's own store can hold up.
   */
  othersWaitMs?: number
  /**
   * How long events may be gathered before they are handed over, where nobody waits for what is
   * done: then they share more statements, and projections go first. Handed over at once when left
   * out.
   */
  gatherMs?: number
}

/** An event that takes longer no longer holds its partition. */
const OTHERS_WAIT_MS = 1_000

/** The topics that reactions need. */
export const topicsOfReactions = (reactions: readonly Reaction[]): Topic[] =>
  reactions.flatMap(({ of, group }) => [{ topic: topicOf(of) }, { topic: deadLetterTopic(topicOf(of), group) }])

/**
 * Follows for every reaction; what cannot be reacted to now is set aside, per bank, and holds up no
 * other bank's.
 */
export function startReactions(
  { broker, tenants, setAside }: FollowingParts,
  reactions: readonly Reaction[],
  scopeOf: (tenant: Tenant, commandId: string, event: ReceivedEvent) => Scope,
): void {
  for (const { of, group, react, deadLetterAfterMs, othersWaitMs = OTHERS_WAIT_MS, gatherMs } of reactions) {
    broker.follow({
      topic: topicOf(of),
      group,
      setAside,
      serves: (id) => tenants.get(id) !== undefined,
      withinMs: othersWaitMs,
      ...(deadLetterAfterMs !== undefined && { deadLetterAfterMs }),
      ...(gatherMs !== undefined && { gatherMs }),
      handle: (event) => handleFor(tenants, event, (tenant) => react((commandId) => scopeOf(tenant, commandId, event), event)),
    })
  }
}
