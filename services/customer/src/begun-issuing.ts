// Finding what an earlier call began. A caller with a key is known by the command; one without by
// asking for the same once more, as long as what it asked for before was begun and not answered.
import { setTimeout as sleep } from 'node:timers/promises'
import type { IssuedKits, RegisterCard } from '@dcms/contract'
import { hashOf, type InternalClient, type Outcome, type Scope } from '@dcms/service'
import { type Customer, customersOf, type Issued, type Issuing } from './customer.ts'
import { confirmIssued, finishIssuing } from './issue-cards.ts'
import type { IssuingRefusal } from './reserve-cards.ts'

/**
 * A call runs shorter than this. What is older has nobody who waits for its answer, or somebody who
 * gets the same one.
 */
const RUNNING_MAX_MS = 2_000
/**
 * Between two looks at a call that still runs; so often as a command is run again, that is longer
 * than such a call may run.
 */
const PAUSE_MS = 150
/** As long as answers are kept for callers with a key. */
const UNANSWERED_KEPT_MS = 24 * 60 * 60_000

/**
 * What a caller without a key asks for, as it is known again; nothing for one with a key. Numbers
 * of documents stay out: they are secret here.
 */
export function askedBy(
  { hasKey, branch }: Pick<Scope, 'hasKey' | 'branch'>,
  { requestId: _key, kycInfo, ...body }: Pick<RegisterCard, 'requestId'> & { kycInfo?: readonly { documentNo?: unknown }[] },
): string | undefined {
  if (hasKey) return undefined
  return hashOf({ ...body, branch, ...(kycInfo && { kycInfo: kycInfo.map(({ documentNo: _secret, ...shown }) => shown) }) })
}

export type Begun = { issuing: Issuing } | { issued: Issued }

/**
 * What this call, or the same one before it, began or did at the customer. `running`: the one
 * before may still be answered.
 */
export function begunBy(
  { issuing, issued }: Pick<Customer, 'issuing' | 'issued'>,
  { commandId, now }: Pick<Scope, 'commandId' | 'now'>,
  asked: string | undefined,
): Begun | 'running' | null {
  const mine = issuing.find((each) => each.commandId === commandId)
  if (mine) return { issuing: mine }
  const done = issued.find((each) => each.commandId === commandId)
  if (done) return { issued: done }
  if (asked === undefined) return null
  const open = issuing.filter((each) => each.asked === asked)
  const left = open.find(({ leftAt, startedAt }) => leftAt || now.getTime() - startedAt.getTime() > RUNNING_MAX_MS)
  if (left) return { issuing: left }
  if (open.length > 0) return 'running'
  const keptSince = now.getTime() - UNANSWERED_KEPT_MS
  const unanswered = issued.find((each) => each.asked === asked && each.unansweredAt && each.unansweredAt.getTime() > keptSince)
  return unanswered ? { issued: unanswered } : null
}

/** Carries on with what was begun, for a caller who waits for the answer. */
export async function answerBegun(
  scope: Scope,
  customer: Customer,
  begun: Begun | 'running',
  kit: InternalClient,
): Promise<Outcome<IssuedKits, IssuingRefusal>> {
  if (begun === 'running') {
    await sleep(PAUSE_MS)
    return { kind: 'overtaken' }
  }
  if ('issuing' in begun) return await finishForCaller(scope, customer, begun.issuing, kit)
  const { issued } = begun
  const confirmed = await confirmIssued(scope, customer._id, issued, kit)
  if (issued.asked === undefined) return confirmed
  const { asked: _asked, unansweredAt: _at, ...answered } = issued
  const claimed = await customersOf(scope.tenant).updateOne(
    { _id: customer._id, version: customer.version },
    { $set: { issued: customer.issued.map((each) => (each.commandId === issued.commandId ? answered : each)) }, $inc: { version: 1 } },
  )
  return claimed.matchedCount === 1 ? confirmed : { kind: 'overtaken' }
}

/** A caller without a key who is told of an error is known again when it asks for the same. */
export async function finishForCaller(
  scope: Scope,
  customer: Customer,
  { commandId, asked }: Pick<Issuing, 'commandId' | 'asked'>,
  kit: InternalClient,
): Promise<Outcome<IssuedKits, IssuingRefusal>> {
  try {
    return await finishIssuing(scope, customer, commandId, kit, { isAnswered: true })
  } catch (error) {
    if (asked !== undefined) await leave(scope, customer._id, commandId).catch(() => undefined) // then it is known by its age
    throw error
  }
}

async function leave({ tenant, now }: Scope, entityId: string, commandId: string): Promise<void> {
  const mine = { _id: entityId, 'issuing.commandId': commandId }
  await customersOf(tenant).updateOne(mine, { $set: { 'issuing.$.leftAt': now }, $inc: { version: 1 } })
}
