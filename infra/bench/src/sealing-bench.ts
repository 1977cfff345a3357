// The sealing bench: opening a request and sealing its answer with packages/sealing, beside jose
// doing the same; in this process, one after the other.
import {
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  openSession,
  publicPart,
  readHeader,
  SessionKey,
  sealOneShot,
  sealSession,
} from '@dcms/sealing'
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { versionsOf } from './machine.ts'
import { comparisonRow, type Row } from './report.ts'
import { spreadOf } from './statistics.ts'

const BODY_BYTES = 1_000
const BATCH_SECONDS: Record<Size, number> = { full: 0.1, tiny: 0.02 }
const WARM_UP_SECONDS: Record<Size, number> = { full: 1.5, tiny: 0.1 }
const BATCHES_MIN = 5
const FIELDS = { iat: 1_763_700_000, jti: '5f6d2f5c-4a3e-4c1e-9a44-6f0a3b6c0f10' }
const text = JSON.stringify({ entityId: '10000000001234', filling: 'x'.repeat(BODY_BYTES) })

interface Pair {
  name: string
  aimRatio?: number
  /** Opens the request, seals the same text as the answer and returns it; both sides the same. */
  ours(): string
  jose(): Promise<string>
  /** What each side opens of a message; to check one side's answers with the other. */
  openOurs(jwe: string): string
  openJose(jwe: string): Promise<string>
}

async function oneShotPair(curve: 'P-256' | 'X25519'): Promise<Pair> {
  const jwk = generateKeyPair(curve, 'bench-1')
  const [decryptionKey, encryptionKey] = [DecryptionKey.fromJwk(jwk), EncryptionKey.fromJwk(publicPart(jwk))]
  const [joseOwn, josePublic] = [await importJWK({ ...jwk }, 'ECDH-ES'), await importJWK({ ...publicPart(jwk) }, 'ECDH-ES')]
  const header = { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'bench-1', cty: 'application/json', ...FIELDS }
  const request = sealOneShot(text, encryptionKey, FIELDS)
  return {
    name: `one-shot ${curve}, open + seal`,
    aimRatio: 4,
    ours() {
      const opened = openOneShot(readHeader(request), decryptionKey)
      return sealOneShot(opened, encryptionKey, FIELDS)
    },
    async jose() {
      const { plaintext } = await compactDecrypt(request, joseOwn)
      return new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(josePublic)
    },
    openOurs: (jwe) => openOneShot(readHeader(jwe), decryptionKey).toString(),
    openJose: async (jwe) => new TextDecoder().decode((await compactDecrypt(jwe, joseOwn)).plaintext),
  }
}

function sessionPair(): Pair {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const key = SessionKey.fromBytes(bytes)
  const ticket = 't'.repeat(100)
  const header = { alg: 'dir', enc: 'A256GCM', kid: ticket, cty: 'application/json', ...FIELDS }
  const request = sealSession(text, key, ticket, FIELDS)
  return {
    name: 'session, open + seal',
    ours() {
      const opened = openSession(readHeader(request), key)
      return sealSession(opened, key, ticket, FIELDS)
    },
    async jose() {
      const { plaintext } = await compactDecrypt(request, bytes)
      return new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(bytes)
    },
    openOurs: (jwe) => openSession(readHeader(jwe), key).toString(),
    openJose: async (jwe) => new TextDecoder().decode((await compactDecrypt(jwe, bytes)).plaintext),
  }
}

interface Measured {
  /** Microseconds per operation. */
  wall: number[]
  /** The same of CPU time, all threads of the process. */
  cpu: number[]
}

async function measurePair(pair: Pair, { running: { goOn, progress }, seconds, size }: BenchOptions): Promise<Row[]> {
  if ((await pair.openJose(pair.ours())) !== text || pair.openOurs(await pair.jose()) !== text)
    throw new Error(`${pair.name}: one side cannot open what the other sealed`)
  const [warmUpSeconds, batchSeconds] = [WARM_UP_SECONDS[size], BATCH_SECONDS[size]]
  const batches = Math.max(BATCHES_MIN, seconds / batchSeconds)
  const sides = [
    { step: async (count: number) => void times(count, pair.ours), measured: { wall: [], cpu: [] } as Measured, count: 1 },
    { step: (count: number) => timesAwaited(count, pair.jose), measured: { wall: [], cpu: [] } as Measured, count: 1 },
  ]
  for (const side of sides) {
    const begun = performance.now()
    let done = 0
    for (; performance.now() - begun < warmUpSeconds * 1000; done += 50) await side.step(50)
    side.count = Math.max(1, Math.round((done * batchSeconds) / warmUpSeconds))
  }
  for (let batch = 0; batch < batches; batch++) {
    goOn()
    for (const { step, measured, count } of sides) {
      const cpuBefore = process.cpuUsage()
      const begun = performance.now()
      await step(count)
      measured.wall.push(((performance.now() - begun) * 1000) / count)
      const { user, system } = process.cpuUsage(cpuBefore)
      measured.cpu.push((user + system) / count)
    }
    await new Promise((resolve) => setImmediate(resolve)) // lets Ctrl-C through
  }
  const [ours, theirs] = sides.map((side) => side.measured)
  if (!ours || !theirs) throw new Error('two sides are measured')
  const row = (what: 'wall' | 'cpu', unit: string, aimRatio?: number): Row =>
    comparisonRow({
      name: pair.name,
      unit,
      value: spreadOf(ours[what]),
      better: 'low',
      comparedWith: 'jose compactDecrypt + CompactEncrypt',
      baseline: spreadOf(theirs[what]),
      ...(aimRatio !== undefined && { aimRatio }),
    })
  const rows = [row('wall', 'µs', pair.aimRatio), row('cpu', 'µs of CPU')]
  for (const { unit, value, baseline } of rows) progress(`${pair.name}: ${value} ${unit}, jose ${baseline}`)
  return rows
}

function times(count: number, step: () => unknown): void {
  for (let done = 0; done < count; done++) step()
}

async function timesAwaited(count: number, step: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await step()
}

async function run(options: BenchOptions): ReturnType<Bench['run']> {
  const pairs = [await oneShotPair('P-256'), await oneShotPair('X25519'), sessionPair()]
  const rows: Row[] = []
  for (const pair of pairs) rows.push(...(await measurePair(pair, options)))
  return { rows, versions: await versionsOf(['jose']) }
}

export const sealingBench: Bench = {
  name: 'sealing',
  summary: 'opening a sealed request and sealing its answer, beside jose',
  run,
}
