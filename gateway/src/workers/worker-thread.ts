// A worker thread of the gateway: serves banks at the port that all workers share.
import { parentPort, workerData } from 'node:worker_threads'
import { createLogger } from '@dcms/service'
import { register } from 'prom-client'
import { startGateway } from '../gateway.ts'
import type { WorkerPlace } from '../place.ts'
import { Line } from './line.ts'
import type { LeadAnswers, WorkerAnswers, WorkerStart } from './lines.ts'
import { RemoteDesk } from './remote-desk.ts'
import { SharedBanks } from './shared-memory.ts'
import { SharedReplayGuard } from './shared-replay-guard.ts'
import { OF_THE_PROCESS } from './team-metrics.ts'

if (parentPort === null) throw new Error('the gateway starts this file in a thread of its own')
const port = parentPort
const { config, worker, thread, listensAtOnce, memory }: WorkerStart = workerData
const logger = createLogger('gateway', config.logLevel).child({ worker })
const banks = new SharedBanks(memory, thread)
const built = Promise.withResolvers<Parameters<WorkerPlace['built']>[0]>()

const answers = {
  beat: () => undefined,
  tenant: async (taken) => (await built.promise).tenants.registerOrPass(taken.definition.tenant, taken, logger),
  user: async (change) => (await built.promise).users.take(change),
  ownReadiness: async () => (await built.promise).ownReadiness(),
  snapshot: async () => (await register.getMetricsAsJSON()).filter(({ name }) => !name.startsWith(OF_THE_PROCESS)),
  close: async () => {
    await (await starting).close()
    setImmediate(() => port.close()) // once this is answered; nothing keeps the thread then
  },
} satisfies { [Name in keyof WorkerAnswers]: (body: Parameters<WorkerAnswers[Name]>[0]) => unknown }

const line = new Line<LeadAnswers>(port, answers, logger)
const starting = startGateway(config, logger, {
  kind: 'worker',
  workers: config.workers,
  listensAtOnce,
  replays: new SharedReplayGuard(memory, banks),
  rememberedSinceMs: memory.sinceMs,
  bucketFor: banks.bucketFor,
  desk: new RemoteDesk(line),
  readiness: () => line.ask('readiness', null),
  metrics: () => line.ask('metrics', null),
  built: built.resolve,
})
const gateway = await starting
await line.ask('listening', gateway.port)
await gateway.ready
await line.ask('ready', null)
