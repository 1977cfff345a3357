// What a local Kafka node is told: small internal topics so that it is up quickly, and nothing that
// a production cluster would need.

/** Its place in a cluster of several; each of them is broker and controller. */
export interface KafkaNode {
  id: number
  controllerPort: number
  /** `id@host:port` of every node, as Kafka reads it. */
  voters: string
  /** Nodes in the cluster: Kafka's own topics are kept on all of them. */
  nodes: number
}

/** A second listener, with TLS and a password, beside the plain one that probes and brokers use. */
export interface SecuredListener {
  port: number
  /** PEM file with the private key (PKCS #8) and the certificate. */
  keyStoreFile: string
  user: string
  password: string
}

export interface KafkaProperties {
  port: number
  node: KafkaNode
  logs: string
  secured?: SecuredListener
}

/**
 * A node that died is missed, and one that came back gets its partitions back, within a second or
 * two instead of minutes.
 */
const clusterSettings = {
  'broker.session.timeout.ms': 1_500,
  'broker.heartbeat.interval.ms': 300,
  'leader.imbalance.check.interval.seconds': 2,
  'leader.imbalance.per.broker.percentage': 0,
}

/** Text of `server.properties`. */
export function serverProperties({ port, node, logs, secured }: KafkaProperties): string {
  const copies = node.nodes
  const inSync = Math.max(1, copies - 1)
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(secured ? [`SECURED://127.0.0.1:${secured.port}`] : [])].join()
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': node.voters,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
    'log.dirs': logs,
    'auto.create.topics.enable': false,
    // After a kill -9 the broker is let in again only when its old session has run out (9 s by
    // default).
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    // Tests run on another day than the engines, too; by default Kafka refuses what is dated an
    // hour ahead of its own clock.
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'log.cleaner.dedupe.buffer.size': 8_388_608, // the default of 128 MB would take a third of the small heap
    'log.cleaner.threads': 1,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    ...(copies > 1 && clusterSettings),
    ...(secured && securedSettings(secured)),
  }
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

function securedSettings({ keyStoreFile, user, password }: SecuredListener): Record<string, string> {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStoreFile,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secured.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`,
    'listener.name.secured.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.secured.scram-sha-512.sasl.jaas.config': scram,
  }
}

/** Arguments of Kafka's format tool that bring the listener's user in. */
export const scramUsers = ({ user, password }: SecuredListener): string[] =>
  ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${user},password=${password}]`])
