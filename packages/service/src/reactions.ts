// Reactions: what a service does outside its own store when something happened, such as telling a partner.
import { type Context, topicOf } from '@dcms/contract'
import { type Broker, deadLetterTopic, type ReceivedEvent, type Topic } from '@dcms/events'
import type { Scope } from './scope.ts'
import type { Tenant, Tenants } from './tenants.ts'

/** Does something for each event of a context, at least once, in the order of each aggregate. */
export interface Reaction {
  of: Context
  /** A consumer group of its own, so that a partner that is away holds up nothing else: `customer-notifications`. */
  group: string
  /**
   * Must take the same event twice. What it throws is tried again with growing pauses: for as long as it takes when it is `unavailable`
   * (as ServiceUnavailable is), otherwise five times, after which the event goes to the dead letters `<topic>.dlq.<group>`.
   * Takes less than 5 s: the follower must show that it lives.
   */
  react(scopeOf: (commandId: string) => Scope, event: ReceivedEvent): Promise<void>
}

/** The topics that reactions need. */
export const topicsOfReactions = (reactions: readonly Reaction[]): Topic[] =>
  reactions.flatMap(({ of, group }) => [{ topic: topicOf(of) }, { topic: deadLetterTopic(topicOf(of), group) }])

/** Follows for every reaction; an event of a tenant not served yet waits. */
export function startReactions(
  broker: Broker,
  reactions: readonly Reaction[],
  tenants: Tenants,
  scopeOf: (tenant: Tenant, commandId: string, event: ReceivedEvent) => Scope,
): void {
  for (const { of, group, react } of reactions) {
    broker.follow({
      topic: topicOf(of),
      group,
      async handle(event) {
        const tenant = tenants.get(event.tenant)
        if (!tenant) throw Object.assign(new Error(`tenant ${event.tenant} is not served yet`), { unavailable: true })
        await react((commandId) => scopeOf(tenant, commandId, event), event)
      },
    })
  }
}
