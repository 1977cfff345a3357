// Issuing cards over two contexts: each step is atomic or can be repeated, so whoever comes next (a
// repeat, the sweep) carries on. The kit context is asked before anything is noted, so that nothing
// is begun while it is away; what is noted is carried to its end.
import { type CustomerRegistered, confirmKitsEndpoint, type IssuedKits } from '@dcms/contract'
import {
  answer,
  type Decision,
  type InternalClient,
  type Outcome,
  type Refused,
  refuse,
  type Scope,
  ServiceUnavailable,
  unchanged,
} from '@dcms/service'
import { type Customer, customersOf, type Issued, type Issuing, withoutOutbox } from './customer.ts'
import { claimPrimaryAccount } from './primary-accounts.ts'
import { type IssuingRefusal, reservationOf, reserveCards } from './reserve-cards.ts'

const RESERVATIONS_MAX = 5
const ISSUED_KEPT = 20
const CHANGES_MAX = 20

/** Who carries a command on: `isAnswered` when its caller waits for the outcome. */
export interface Finisher {
  isAnswered: boolean
}

/**
 * Carries one issuing command of a customer to its end: forward, or back when a context refuses.
 */
export async function finishIssuing(
  scope: Scope,
  customer: Customer,
  commandId: string,
  kit: InternalClient,
  finisher: Finisher,
): Promise<Outcome<IssuedKits, IssuingRefusal>> {
  const issuing = customer.issuing.find((each) => each.commandId === commandId)
  if (!issuing) return { kind: 'overtaken' }
  const taken = await takePrimaryAccounts(scope, customer)
  if (taken.kind === 'refused') return await goBack(scope, customer, commandId, taken)
  if (issuing.kitNos) return await settle(scope, customer, { ...issuing, kitNos: issuing.kitNos }, kit, finisher)
  const reserved = await reserveCards(scope, customer._id, issuing, kit)
  if (reserved.kind === 'refused') return await goBack(scope, customer, commandId, reserved)
  const noted = await note(scope, customer, commandId, { fromAttempt: issuing.attempt, kitNos: reserved.kitNos })
  return noted ? await finishIssuing(scope, noted, commandId, kit, finisher) : { kind: 'overtaken' }
}

/** The kits of a command that is done, as they stand now. */
export async function confirmIssued(
  scope: Scope,
  entityId: string,
  { reservation, kitNos }: Customer['issued'][number],
  kit: InternalClient,
): Promise<Outcome<IssuedKits, never>> {
  if (kitNos.length === 0) return answer({ entityId, kitInfo: [] })
  const confirmed = await kit.call(confirmKitsEndpoint, { commandId: reservation, entityId, kitNos }, scope, {
    idempotencyKey: `${reservation} confirm`,
  })
  if (confirmed.kind === 'refused') throw new ServiceUnavailable(`the kits of ${reservation} are not to be had: ${confirmed.code}`)
  return answer({ entityId, kitInfo: confirmed.result })
}

/**
 * Confirms the reserved kits and closes the command; reservations that were given up meanwhile are
 * made anew, a few times.
 */
async function settle(
  scope: Scope,
  customer: Customer,
  issuing: Issuing & { kitNos: string[] },
  kit: InternalClient,
  finisher: Finisher,
): Promise<Outcome<IssuedKits, IssuingRefusal>> {
  let issued: IssuedKits = { entityId: customer._id, kitInfo: [] }
  const reservation = reservationOf(issuing)
  if (issuing.kitNos.length > 0) {
    const confirmed = await kit.call(
      confirmKitsEndpoint,
      { commandId: reservation, entityId: customer._id, kitNos: issuing.kitNos },
      scope,
      { idempotencyKey: `${reservation} confirm` },
    )
    if (confirmed.kind === 'refused') {
      if (confirmed.code !== 'MCC007') throw new Error(`the kit service refused to confirm ${reservation}: ${confirmed.code}`)
      if (issuing.attempt >= RESERVATIONS_MAX) return await goBack(scope, customer, issuing.commandId, refuse('service.unavailable'))
      const again = await note(scope, customer, issuing.commandId, { fromAttempt: issuing.attempt })
      return again ? await finishIssuing(scope, again, issuing.commandId, kit, finisher) : { kind: 'overtaken' }
    }
    issued = { entityId: customer._id, kitInfo: confirmed.result }
  }
  const decide = (fresh: Customer | null) => (fresh ? decideSettlement(fresh, issuing, finisher, scope.now) : unchanged)
  const settled = await scope.change(customersOf, customer._id, decide, { known: customer })
  return settled.kind === 'answer' && settled.result.before ? answer(issued) : { kind: 'overtaken' }
}

/**
 * The command leaves the list of unfinished ones; a customer that was being registered becomes one.
 * A caller without a key who was told of an error meanwhile is known again by what it asked for.
 */
export function decideSettlement(
  customer: Customer,
  { commandId, attempt, kitNos }: Issuing & { kitNos: string[] },
  { isAnswered }: Finisher,
  now: Date,
): Decision<Customer, CustomerRegistered, never> {
  const entry = customer.issuing.find((each) => each.commandId === commandId)
  if (!entry) return unchanged
  const { asked } = entry
  const done: Issued = {
    commandId,
    reservation: reservationOf({ commandId, attempt }),
    kitNos,
    ...(asked !== undefined && !isAnswered && { asked, unansweredAt: now }),
  }
  const issuing = customer.issuing.filter((each) => each !== entry)
  const { set, unset } = unfinished(issuing)
  const registered: CustomerRegistered = {
    type: 'CustomerRegistered',
    entityId: customer._id,
    accounts: customer.accountInfo.map(({ accountNo, schemeCode, defaultAccount, isPrimary }) => ({
      accountNo,
      schemeCode,
      defaultAccount,
      isPrimary,
    })),
    registeredAt: now.toISOString(),
  }
  return {
    kind: 'changed',
    set: { status: 'ACTIVE', issued: [...customer.issued, done].slice(-ISSUED_KEPT), ...set },
    unset,
    events: customer.status === 'PENDING' ? [registered] : [],
  }
}

/**
 * Unfinished commands as they stand with the customer, and when the sweep and the job look at them.
 */
export function unfinished(issuing: Issuing[]): {
  set: Pick<Customer, 'issuing' | 'issuingAt' | 'issuingStuckAt'>
  unset: ('issuingAt' | 'issuingStuckAt')[]
} {
  const first = (times: (Date | undefined)[]): Date | undefined =>
    times.reduce((earliest, time) => (time && (!earliest || time < earliest) ? time : earliest), undefined)
  const issuingAt = first(issuing.map(({ startedAt, nextTryAt = startedAt, stuckAt }) => (stuckAt ? undefined : nextTryAt)))
  const issuingStuckAt = first(issuing.map(({ stuckAt }) => stuckAt))
  return {
    set: { issuing, ...(issuingAt && { issuingAt }), ...(issuingStuckAt && { issuingStuckAt }) },
    unset: [...(issuingAt ? [] : (['issuingAt'] as const)), ...(issuingStuckAt ? [] : (['issuingStuckAt'] as const))],
  }
}

/**
 * Writes progress into the issuing entry and gives the customer as it stands then; null when the
 * command is no longer under way there. Cards of one customer may be issued side by side: only this
 * small step is done again when another command was faster.
 */
async function note(scope: Scope, before: Customer, commandId: string, progress: Progress): Promise<Customer | null> {
  const { tenant } = scope
  for (let tries = 0; tries < CHANGES_MAX; tries++) {
    const customer = await readCustomer(scope, before._id)
    const entry = customer?.issuing.find((each) => each.commandId === commandId)
    if (!customer || !entry) return null
    if (entry.attempt !== progress.fromAttempt || (progress.kitNos && entry.kitNos)) return customer // another runner of this command was faster
    const { kitNos: _givenUp, ...rest } = entry
    const noted: Issuing = progress.kitNos ? { ...rest, kitNos: progress.kitNos } : { ...rest, attempt: entry.attempt + 1 }
    const issuing = customer.issuing.map((each) => (each.commandId === commandId ? noted : each))
    const written = await customersOf(tenant).updateOne(
      { _id: customer._id, version: customer.version },
      { $set: { issuing }, $inc: { version: 1 } },
    )
    if (written.matchedCount === 1) return await readCustomer(scope, customer._id)
  }
  return null
}

/**
 * Kits were reserved in this attempt, or, without kits, this attempt's reservation was given up and
 * the next attempt begins.
 */
interface Progress {
  fromAttempt: number
  kitNos?: string[]
}

const readCustomer = (scope: Scope, entityId: string): Promise<Customer | null> =>
  customersOf(scope.tenant).findById(entityId, withoutOutbox).lean<Customer>()

/**
 * Takes back what the command did before the refusal: a customer being registered vanishes, one
 * that exists stays as it was.
 */
async function goBack(
  scope: Scope,
  customer: Customer,
  commandId: string,
  refusal: Refused<IssuingRefusal>,
): Promise<Outcome<IssuedKits, IssuingRefusal>> {
  const customers = customersOf(scope.tenant)
  const unchangedSince = { _id: customer._id, version: customer.version }
  if (customer.status === 'PENDING') {
    const gone = await customers.deleteOne({ ...unchangedSince, status: 'PENDING' })
    return gone.deletedCount === 0 ? { kind: 'overtaken' } : refusal
  }
  const { set, unset } = unfinished(customer.issuing.filter((each) => each.commandId !== commandId))
  const back = await customers.updateOne(unchangedSince, {
    $set: set,
    ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((field) => [field, ''])) }),
    $inc: { version: 1 },
  })
  return back.matchedCount === 1 ? refusal : { kind: 'overtaken' }
}

/** The accounts are claimed for the customer, who stands PENDING with them already. */
async function takePrimaryAccounts(scope: Scope, customer: Customer): Promise<{ kind: 'taken' } | Refused<'invalid.source.account'>> {
  if (customer.status === 'ACTIVE') return { kind: 'taken' }
  for (const { accountNo, isPrimary } of customer.accountInfo) {
    if (isPrimary && !(await claimPrimaryAccount(scope.tenant, accountNo, customer._id))) return refuse('invalid.source.account')
  }
  return { kind: 'taken' }
}
