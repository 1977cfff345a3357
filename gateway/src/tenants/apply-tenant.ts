// Applying a tenant definition. Contract: packages/contract/src/gateway/admin.ts.
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  type BinsOfTenant,
  binOverlapFaults,
  gainedBins,
  type PublishedTenant,
  readableBins,
  type TenantDefinition,
  tenantChangeFaults,
  tenantFaults,
  tenantsTopic,
} from '@dcms/contract'
import type { OutboxEvent, OutboxSource, Relay } from '@dcms/events'
import { EncryptionKey, SealingError } from '@dcms/sealing'
import { answer, type Environment, type Outcome, place, refuse } from '@dcms/service'
import type { mongo } from 'mongoose'
import type { TenantDocument } from '../database.ts'
import { type BinLockDocument, holdingBins } from './bin-locks.ts'
import type { Tenants } from './tenants.ts'

const ATTEMPTS_MAX = 10
/** As published, signature included. A message of Kafka holds 1 MB, with its key and headers. */
export const PUBLISHED_BYTES_MAX = 900 * 1024

export interface ApplyTenantParts {
  readonly collection: mongo.Collection<TenantDocument>
  readonly binLocks: mongo.Collection<BinLockDocument>
  readonly tenants: Tenants
  readonly sign: (unsigned: Pick<PublishedTenant, 'version' | 'definition'>) => PublishedTenant
  readonly relay: Pick<Relay, 'nudge'>
  readonly source: OutboxSource
  readonly environment: Environment
}

type Applied = Outcome<
  { tenant: string; version: number; changed: boolean },
  'invalid.input.request' | 'invalid.bin.range' | 'concurrent.change'
>

/**
 * Where the relay finds definitions to publish: all tenants in one collection, each published whole
 * under its own name.
 */
export const tenantsSource = (collection: mongo.Collection<TenantDocument>): OutboxSource => ({
  name: 'tenants',
  topic: tenantsTopic,
  source: '/dcms/gateway',
  compacted: true,
  // The relay reads and pulls only what every aggregate has.
  collection: () => collection as unknown as ReturnType<OutboxSource['collection']>,
})

/**
 * Stores a valid definition as the next version, with its announcement, in one update; the same
 * definition again changes nothing. What would belie cards that may exist by the definition before
 * is refused, with all other faults in one list; and so are BINs that another bank has.
 */
export async function applyTenant(definition: TenantDefinition, parts: ApplyTenantParts, now: Date): Promise<Applied> {
  const ownFaults = [...tenantFaults(definition), ...keyFaults(definition), ...clearFaults(definition, parts.environment)]
  const { collection, binLocks, tenants, sign, relay, source } = parts
  const { tenant } = definition
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const stored = await collection.findOne({ _id: tenant })
    const faults = stored === null ? ownFaults : [...ownFaults, ...tenantChangeFaults(stored.definition, definition)]
    if (faults.length > 0) return refuse('invalid.input.request', faults)
    if (stored !== null && isDeepStrictEqual(stored.definition, definition)) {
      tenants.register(stored)
      return answer({ tenant, version: stored.version, changed: false })
    }
    const version = (stored?.version ?? 0) + 1
    const published = sign({ version, definition })
    const tooLarge = sizeFaults(published)
    if (tooLarge.length > 0) return refuse('invalid.input.request', tooLarge)
    const gained = gainedBins(stored?.definition ?? null, definition)
    const names = gained.map(({ bin }) => bin)
    const done = await holdingBins(binLocks, names, `${tenant}:${randomUUID()}`, async (areHeld) => {
      const overlaps = gained.length === 0 ? [] : binOverlapFaults(gained, await binsOfOthers(collection, tenant))
      if (overlaps.length > 0) return refuse('invalid.bin.range', overlaps)
      return areHeld() && (await store(collection, stored, published, now))
    })
    if (done === 'busy') return refuse('concurrent.change')
    if (typeof done === 'object') return done
    if (done) {
      relay.nudge(source, tenant, tenant)
      tenants.register({ version, definition })
      return answer({ tenant, version, changed: true })
    }
  }
  return refuse('concurrent.change')
}

/**
 * Read under the locks: another bank's definition that was stored before them is seen, one that
 * comes later finds ours.
 */
async function binsOfOthers(collection: mongo.Collection<TenantDocument>, tenant: string): Promise<BinsOfTenant[]> {
  const projection = { 'definition.tenant': 1, 'definition.bins': 1 }
  const others = await collection.find({ _id: { $ne: tenant } }, { projection }).toArray()
  return others.flatMap(({ definition }) => readableBins(definition))
}

/** False when somebody else was faster. */
async function store(
  collection: mongo.Collection<TenantDocument>,
  stored: TenantDocument | null,
  published: PublishedTenant,
  now: Date,
): Promise<boolean> {
  const { version, definition } = published
  const event: OutboxEvent = {
    id: `${definition.tenant}:${version}`,
    type: 'TenantApplied',
    dataVersion: 1,
    sequence: version,
    time: now,
    payload: published,
  }
  if (stored !== null) {
    const { matchedCount } = await collection.updateOne(
      { _id: definition.tenant, version: stored.version },
      { $set: { definition, outboxAt: now }, $inc: { version: 1, sequence: 1 }, $push: { outbox: event } },
    )
    return matchedCount === 1
  }
  const first = { version, sequence: version, relayedSequence: 0, definition, outbox: [event], outboxAt: now }
  return (await place(collection, { _id: definition.tenant, ...first })) === 'placed'
}

/** What Kafka would refuse for ever, and everything behind it with it, is refused here. */
function sizeFaults(published: PublishedTenant): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(published))
  if (bytes <= PUBLISHED_BYTES_MAX) return []
  return [`the definition takes ${Math.ceil(bytes / 1024)} KB as published; at most ${PUBLISHED_BYTES_MAX / 1024} KB can be`]
}

/** Clear bodies are for trials. */
const clearFaults = ({ encryption }: TenantDefinition, environment: Environment): string[] =>
  encryption === 'OPTIONAL' && environment === 'production'
    ? ['encryption must be REQUIRED in production (OPTIONAL where DCMS_ENVIRONMENT is development or test)']
    : []

/** A key that cannot be sealed to would only be found out with the first answer. */
function keyFaults({ clientKeys }: TenantDefinition): string[] {
  const faults: string[] = []
  for (const jwk of clientKeys.keys) {
    try {
      EncryptionKey.fromJwk(jwk)
    } catch (error) {
      if (!(error instanceof SealingError)) throw error
      faults.push(`client key ${jwk.kid} is not a usable public key of its curve for ECDH-ES`)
    }
  }
  return faults
}
