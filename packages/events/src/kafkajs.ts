// The Kafka client, loaded by the first call that needs it: what only reads or writes events as
// values does not.
import { createRequire } from 'node:module'
import type * as kafkajsModule from 'kafkajs'

const load = createRequire(import.meta.url)

let loaded: typeof kafkajsModule | undefined

export const kafkajs = (): typeof kafkajsModule => (loaded ??= load('kafkajs') as typeof kafkajsModule)
