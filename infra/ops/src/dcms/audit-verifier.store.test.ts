// An audit trail on a real topic, and what a verification finds when it was tampered with.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditHead, type AuditInstance, auditTopic, type ChainedRecord } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { AuditLog, type AuditRegister, createLogger, recordsWithin, withinMessages } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type InstallationKeys, installationKeys } from '../launcher/installation-keys.ts'
import type { AuditReport } from './audit-verifier.ts'
import { reportText, verifyAudit } from './dcms-audit.ts'

interface Message {
  key: string
  value: string
}
type Messages = readonly Message[]
type PublishedMessages = readonly { key: string; value: string | null }[]

const kafkaBrokers = process.env.KAFKA_BROKERS ?? ''
const logger = createLogger('test', 'fatal')
const used: string[] = []
let folder: string
let keys: InstallationKeys
/**
 * Three runs of the gateway, one after the other; the third one was killed. A message per record,
 * whatever they came in.
 */
let trail: Message[]
const registered = new Map<string, AuditInstance>()

beforeAll(async () => {
  if (kafkaBrokers === '') throw new Error('KAFKA_BROKERS is not set: run this test by `npm test`, which starts the engines')
  folder = await mkdtemp(join(tmpdir(), 'dcms-audit-'))
  keys = await installationKeys(folder)
  trail = []
  for (const end of ['stopped', 'stopped', 'killed'] as const) await run(end)
})
afterAll(async () => {
  const broker = brokerOf('')
  await broker.withAdmin((admin) => admin.deleteTopics({ topics: used.map((installation) => `${installation}.${auditTopic}`) }))
  await broker.stop()
  await rm(folder, { recursive: true, force: true })
})

const brokerOf = (installation: string): Broker => new Broker({ brokers: kafkaBrokers, clientId: 'test', installation, logger })

const singleRecords = (messages: PublishedMessages): Message[] =>
  messages.flatMap(({ key, value }) => recordsWithin(value ?? '').map((text) => ({ key, value: text })))

/** Records of one run that follow each other, so many to a message. */
function packed(messages: Messages, perMessage: number): Message[] {
  const groups: { key: string; values: string[] }[] = []
  for (const { key, value } of messages) {
    const group = groups.at(-1)
    if (group?.key === key && group.values.length < perMessage) group.values.push(value)
    else groups.push({ key, values: [value] })
  }
  return groups.flatMap(({ key, values }) => withinMessages(values).map((value) => ({ key, value })))
}

/** As a process notes its runs in its database. */
const register: AuditRegister = {
  async begin(process, instance, now) {
    const earlier = [...registered.values()].reverse().map(({ instance: id, sequence, hash }) => ({ instance: id, sequence, hash }))
    registered.set(instance, { process, instance, startedAt: now.toISOString(), sequence: 0, hash: '' })
    return earlier
  },
  async reached(head: AuditHead, endedAt) {
    const known = registered.get(head.instance)
    if (known) registered.set(head.instance, { ...known, ...head, ...(endedAt && { endedAt: endedAt.toISOString() }) })
  },
  all: async () => [...registered.values()],
}

/** One run of a process with a few batches. */
async function run(end: 'stopped' | 'killed'): Promise<void> {
  const sent: Message[] = []
  const publish = async (_topic: string, messages: PublishedMessages): Promise<void> => void sent.push(...singleRecords(messages))
  const log = new AuditLog({ broker: { publish }, register, keyFile: keys.callerKeyFile('gateway'), logger })
  const call = {
    timeMs: Date.now(),
    tenant: 'T',
    user: 'u',
    method: 'POST',
    path: '/p',
    status: 200,
    errorCode: '',
    durationMs: 1,
    remote: '::1',
  }
  for (let number = 0; number < 1_200; number++) log.note({ ...call, requestId: String(number) })
  await log.stop()
  if (end === 'killed') {
    sent.pop() // the record of the end
    const { hash = '', instance = '', sequence = 0 }: Partial<ChainedRecord> = JSON.parse(sent.at(-1)?.value ?? '{}')
    const known = registered.get(instance)
    if (known) registered.set(instance, { process: known.process, startedAt: known.startedAt, instance, sequence, hash })
  }
  trail.push(...sent)
}

/**
 * The trail as somebody left it on a topic of its own, verified there: in messages of one record,
 * as earlier releases sent it, and of several.
 */
async function verified(messages: Messages, options: { withRegister?: boolean } = {}): Promise<AuditReport> {
  const [single, several] = await Promise.all([1, 7].map((perMessage) => verifiedOn(packed(messages, perMessage), options)))
  if (single === undefined) throw new Error('nothing was verified')
  expect(several).toEqual(single)
  return single
}

async function verifiedOn(messages: Messages, { withRegister = true }): Promise<AuditReport> {
  const installation = `t${randomBytes(5).toString('hex')}`
  used.push(installation)
  const broker = brokerOf(installation)
  await broker.ensureTopics([{ topic: auditTopic, partitions: 2 }])
  for (let from = 0; from < messages.length; from += 500) await broker.publish(auditTopic, messages.slice(from, from + 500))
  await broker.stop()
  return verifyAudit({ kafkaBrokers, installation, callersFile: keys.callersFile }, withRegister ? await register.all() : [])
}

const recordOf = ({ value }: Message): ChainedRecord => JSON.parse(value)
const instances = (): string[] => [...new Set(trail.map(({ key }) => key))]
const positionOf = (instance: number, sequence: number): number =>
  trail.findIndex((message) => message.key === instances()[instance] && recordOf(message).sequence === sequence)

test('a trail that nobody touched is whole: two runs that ended, one that was killed, one batch that was sent twice', async () => {
  const again = trail.slice(positionOf(2, 1_001), positionOf(2, 1_201) + 1)
  const report = await verified([...trail, ...again])
  expect(report).toEqual({ runs: 3, records: 3_605, repeats: again.length, dropped: 0, open: 1, faultCount: 0, faults: [] })
  expect(reportText(report, true)).toContain('nothing was changed, removed or put in')
})

test('a record that was changed is found, also when its hash was made anew', async () => {
  const at = positionOf(0, 700)
  const value = (trail[at]?.value ?? '').replace('"status":200', '"status":403')
  const changed = await verified(trail.with(at, { key: instances()[0] ?? '', value }))
  expect(changed.faults).toEqual([expect.stringMatching(/of gateway: record 700 was changed$/)])
})

test('records that were removed or put in are found', async () => {
  const at = positionOf(1, 40)
  const removed = await verified(trail.filter((_, position) => position < at || position > at + 2))
  expect(removed.faults).toEqual([expect.stringContaining('records 40 to 42 are missing')])
  const forged = { ...recordOf(trail[at] ?? { key: '', value: '{}' }), requestId: 'forged' }
  const put = await verified([...trail.slice(0, at + 1), { key: forged.instance, value: JSON.stringify(forged) }, ...trail.slice(at + 1)])
  expect(put.faults).toEqual([expect.stringContaining('a record 40 was put in behind record 40')])
  const stranger = await verified([...trail, { key: 'nobody', value: '{}' }])
  expect(stranger.faults).toEqual(['a message under the key nobody is no record'])
})

test('a run whose end was cut is found by the register, and by the next run without it', async () => {
  const cutNewest = trail.slice(0, positionOf(2, 1_000))
  const byRegister = await verified(cutNewest)
  expect(byRegister.faults).toContainEqual(expect.stringContaining('records 1000 to 1201 are missing at its end'))
  const cutEarlier = trail.filter((message) => message.key !== instances()[1] || recordOf(message).sequence < 1_000)
  const byNextRun = await verified(cutEarlier, { withRegister: false })
  expect(byNextRun.faults).toContainEqual(expect.stringContaining('records 1000 to 1202 are missing at its end'))
})

test('a whole run that is missing is found', async () => {
  for (const withRegister of [true, false]) {
    const report = await verified(
      trail.filter(({ key }) => key !== instances()[0]),
      { withRegister },
    )
    expect(report.faults).toEqual([expect.stringMatching(/the whole run is missing, with 1202 records$/)])
  }
})

test('a chain that somebody made anew is found, for nobody else signs as the gateway', async () => {
  const strangers = await installationKeys(join(folder, 'strangers'))
  const forged: Message[] = []
  const publish = async (_topic: string, messages: PublishedMessages): Promise<void> => void forged.push(...singleRecords(messages))
  const own: AuditRegister = { begin: async () => [], reached: async () => undefined, all: async () => [] }
  const log = new AuditLog({ broker: { publish }, register: own, keyFile: strangers.callerKeyFile('gateway'), logger })
  log.note({ ...recordOf(trail[1] ?? { key: '', value: '{}' }), timeMs: 0 })
  await log.stop()
  const { faults } = await verified([...trail, ...forged])
  expect(faults).toContainEqual(expect.stringContaining('the signature of record 2 is not that of gateway'))
  expect(faults).toContainEqual(expect.stringContaining('records 1 to 3 are not signed'))
})
