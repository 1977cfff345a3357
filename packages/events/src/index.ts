// Events between contexts: outbox, relay, followers with order and dead letters, live tail. The only importer of kafkajs.
export { type Apply, applyInOrder, type Projected } from './apply-in-order.ts'
export { Broker, type BrokerOptions, type PlainMessage, type Topic } from './broker.ts'
export { withoutCardData } from './card-data-filter.ts'
export { MalformedEvent, type OutboxEvent, type ReceivedEvent } from './cloud-event.ts'
export { deadLetterTopic, type Follower, type FollowOptions } from './follower.ts'
export { type OutboxDocument, type OutboxSource, Relay } from './relay.ts'
