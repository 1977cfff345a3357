// How many CVVs a user, and all users of a bank, may read within an hour; and the alarm before
// that.
import { type Foundations, marksOf, place, revealCountersOf, type Scope, type Tenant } from '@dcms/service'
import { Counter } from 'prom-client'

const WINDOW_MS = 3_600_000
/** Where the bank's definition says nothing. */
const READS_PER_USER_MAX = 1_000
const READS_PER_BANK_MAX = 5_000
/** The share of a limit at which a person is told: nobody has been refused by then. */
const ALARM_AT = 0.8

const reads = new Counter({
  name: 'dcms_cvv_reads_total',
  help: 'Reads of a CVV that a card allowed: shown, or refused because a limit of user or bank was reached',
  labelNames: ['outcome'],
})
const alarms = new Counter({
  name: 'dcms_cvv_alarms_total',
  help: 'Hours in which a user or a bank came to four fifths of its CVV reads, or to the limit',
  labelNames: ['whose', 'at'],
})
for (const whose of ['user', 'bank']) for (const at of ['warning', 'limit']) alarms.inc({ whose, at }, 0)

export type RevealRoom = { kind: 'taken' } | { kind: 'full'; retryAfterSeconds: number }

/**
 * Counts a read of this user and of its bank, or neither. Each has one counter per hour, which ends
 * by itself. The first that comes to the alarm or the limit tells it, in one process and once an
 * hour.
 */
export async function takeRevealRoom({ tenant, user, now }: Scope, logger: Pick<Foundations['logger'], 'warn'>): Promise<RevealRoom> {
  const { cvvReadsPerUser = READS_PER_USER_MAX, cvvReadsPerBank = READS_PER_BANK_MAX } = tenant.definition.settings ?? {}
  const begun = Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS
  const end = new Date(begun + WINDOW_MS)
  const limits = [
    { whose: 'user', id: `cvv-reads user ${user} ${begun}`, max: cvvReadsPerUser },
    { whose: 'bank', id: `cvv-reads bank ${begun}`, max: cvvReadsPerBank },
  ]
  const taken: string[] = []
  for (const { whose, id, max } of limits) {
    const count = await countRead(tenant, id, max, end)
    const alarm = alarmAt(count, max)
    if (alarm !== null && (await isFirstToTell(tenant, `${id} ${alarm}`, end))) {
      alarms.inc({ whose, at: alarm })
      logger.warn({ tenant: tenant.id, user, whose, max, at: alarm }, 'many CVVs are being read')
    }
    if (count === null) {
      await Promise.all(taken.map((each) => revealCountersOf(tenant).updateOne({ _id: each }, { $inc: { reveals: -1 } })))
      reads.inc({ outcome: 'refused' })
      return { kind: 'full', retryAfterSeconds: Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1000)) }
    }
    taken.push(id)
  }
  reads.inc({ outcome: 'shown' })
  return { kind: 'taken' }
}

function alarmAt(count: number | null, max: number): 'warning' | 'limit' | null {
  if (count === null) return 'limit'
  return count === Math.ceil(max * ALARM_AT) ? 'warning' : null
}

/**
 * The count with this read in it; null when there is no room. Each step is one write that two calls
 * cannot both make.
 */
async function countRead(tenant: Tenant, _id: string, max: number, expiresAt: Date): Promise<number | null> {
  const counted = await countOneMore(tenant, _id, max)
  if (counted !== null) return counted
  if ((await place(revealCountersOf(tenant), { _id, reveals: 1, expiresAt })) === 'placed') return 1
  return await countOneMore(tenant, _id, max) // full, or another call made it at the same moment
}

async function countOneMore(tenant: Tenant, _id: string, max: number): Promise<number | null> {
  const counted = await revealCountersOf(tenant)
    .findOneAndUpdate({ _id, reveals: { $lt: max } }, { $inc: { reveals: 1 } }, { returnDocument: 'after', projection: { reveals: 1 } })
    .lean()
  return counted?.reveals ?? null
}

const isFirstToTell = async (tenant: Tenant, _id: string, expiresAt: Date): Promise<boolean> =>
  (await place(marksOf(tenant), { _id, expiresAt })) === 'placed'
