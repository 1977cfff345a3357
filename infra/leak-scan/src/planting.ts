// Secrets put on purpose into a log, a topic and the database before a search: a search that does
// not find them proves nothing.
import { randomBytes, randomInt } from 'node:crypto'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Broker } from '@dcms/events'
import type { mongo } from 'mongoose'
import type { Finding, Place } from './finding.ts'
import { passesLuhn } from './patterns.ts'
import type { UsedSecret } from './secret.ts'

/**
 * Installations of this prefix hold planted secrets: those of another run, on engines that were
 * given, are no leak of this one.
 */
export const PLANTED = 'leakscan'
const TOPIC = 'planted'
const FILLER = 'long values are compressed '.repeat(400)

/** One secret of each kind and form. */
export interface PlantedSecrets {
  /** Known to the search as if a test had noted them. */
  noted: { pan: UsedSecret; hexBlock: UsedSecret; rawBlock: UsedSecret; encryptedPin: UsedSecret }
  /** Recognised by their form alone. */
  unnoted: { pan: UsedSecret; pin: UsedSecret; cvv: UsedSecret; compressedPan: UsedSecret }
}

export interface Planted {
  /** Where they lie: name of the log file, the database and the topic begin with it. */
  installation: string
  secrets: PlantedSecrets
}

/** @param bin of a bank in the tests, so that its card numbers are known by their form */
export function newPlantedSecrets(bin: string): PlantedSecrets {
  return {
    noted: {
      pan: { kind: 'pan', value: randomPan('99') }, // no bank's BIN: found because it was noted
      hexBlock: { kind: 'pinBlock', value: randomBytes(8).toString('hex').toUpperCase() },
      // Printable, so that the bytes pass through text unchanged.
      rawBlock: { kind: 'pinBlock', value: Buffer.from(Array.from({ length: 8 }, () => randomInt(0x30, 0x7a))).toString('hex') },
      encryptedPin: { kind: 'encryptedPin', value: randomBytes(48).toString('base64') },
    },
    unnoted: {
      pan: { kind: 'pan', value: randomPan(bin) },
      pin: { kind: 'pin', value: randomDigits(6) },
      cvv: { kind: 'cvv', value: randomDigits(4) },
      compressedPan: { kind: 'pan', value: randomPan(bin) },
    },
  }
}

/** Puts all of them into a log, a topic and the database. */
export async function plant(
  bin: string,
  { logsDir, broker, client }: { logsDir: string; broker: (installation: string) => Broker; client: mongo.MongoClient },
): Promise<Planted> {
  const installation = `${PLANTED}${randomBytes(4).toString('hex')}`
  const secrets = newPlantedSecrets(bin)
  const { noted, unnoted } = secrets
  const raw = Buffer.from(noted.rawBlock.value, 'hex')
  const line = JSON.stringify({
    noted: noted.pan.value,
    card: unnoted.pan.value,
    block: noted.hexBlock.value,
    sealed: noted.encryptedPin.value,
    pin: unnoted.pin.value,
    cvv: unnoted.cvv.value,
  })
  await mkdir(logsDir, { recursive: true })
  await appendFile(join(logsDir, `${installation}.log`), Buffer.concat([Buffer.from(`${line}\n`), raw, Buffer.from('\n')]))
  await publish(broker(installation), [line, raw.toString('latin1')])
  const documents = [
    { name: 'each', ...(JSON.parse(line) as object), raw },
    { name: 'long', FILLER, card: unnoted.compressedPan.value },
  ]
  await client.db(`${installation}_${TOPIC}`).collection(TOPIC).insertMany(documents)
  return { installation, secrets }
}

async function publish(broker: Broker, values: readonly string[]): Promise<void> {
  try {
    await broker.ensureTopics([{ topic: TOPIC, partitions: 1 }])
    await broker.publish(
      TOPIC,
      values.map((value) => ({ key: 'planted', value })),
    )
  } finally {
    await broker.stop()
  }
}

/** Takes them out again: engines that were given outlive the run. */
export async function unearth(
  { installation }: Planted,
  broker: (installation: string) => Broker,
  client: mongo.MongoClient,
): Promise<void> {
  await client.db(`${installation}_${TOPIC}`).dropDatabase()
  const own = broker(installation)
  try {
    await own.withAdmin((admin) => admin.deleteTopics({ topics: [own.name(TOPIC)] }))
  } finally {
    await own.stop()
  }
}

/**
 * Parts findings into those of planted secrets and leaks. In files of the engines sources are not
 * apart, so there a planted value counts as planted wherever it stands.
 * @returns `missed`: what was planted in one of the places and not found there
 */
export function judge(
  findings: readonly Finding[],
  planted: Planted,
  places: readonly Place[],
): { leaks: Finding[]; missed: string[]; found: number } {
  const { noted, unnoted } = planted.secrets
  const everywhere = { ...noted, pan: noted.pan, unnotedPan: unnoted.pan, pin: unnoted.pin, cvv: unnoted.cvv }
  const own = new Set([...Object.values(noted), ...Object.values(unnoted)].map(({ kind, value }) => `${kind} ${value}`))
  const isPlanted = ({ place, source, secret }: Finding): boolean =>
    own.has(`${secret.kind} ${secret.value}`) &&
    (place === 'database files' || place === 'Kafka files' || source.includes(planted.installation))
  const found = new Set(findings.filter(isPlanted).map(({ place, secret }) => `${place} ${secret.value}`))
  const expected = places.flatMap((place) =>
    Object.entries(place === 'documents' ? { ...everywhere, compressedPan: unnoted.compressedPan } : everywhere).map(
      ([name, { value }]) => ({ text: `${name} in ${place}`, key: `${place} ${value}` }),
    ),
  )
  const missed = expected.filter(({ key }) => !found.has(key)).map(({ text }) => text)
  return { leaks: findings.filter((finding) => !isPlanted(finding)), missed, found: expected.length - missed.length }
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('')
}

function randomPan(beginning: string): string {
  const digits = beginning + randomDigits(15 - beginning.length)
  for (let check = 0; ; check++) if (passesLuhn(`${digits}${check}`)) return `${digits}${check}`
}
