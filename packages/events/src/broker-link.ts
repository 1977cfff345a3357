// What the parts of a broker use of it, so that none of them needs to know the broker that makes
// them.
import type { Admin } from 'kafkajs'
import type { Logger } from 'pino'
import type { PlainMessage } from './publisher.ts'

export interface BrokerLink {
  readonly logger: Logger
  readonly stopped: boolean
  /** The name on the cluster: with the installation's prefix. */
  name(topicOrGroup: string): string
  /** @throws when it is not certain that all in-sync replicas have it */
  publish(topic: string, messages: readonly PlainMessage[]): Promise<void>
  /** Lends a connected admin client. */
  withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>
  /** Tries in the background until it works or the broker stops. */
  repeatUntilDone(what: string, attempt: () => Promise<void>): void
  /** How many events of a topic a consumer group has not taken yet. */
  lagOf(topic: string, groupId: string): Promise<number>
}
