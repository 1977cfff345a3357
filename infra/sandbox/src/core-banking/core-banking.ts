// The core banking system as a partner: accounts that hold money, and postings on them, each done
// once by its reference.
import { hashOf, place } from '@dcms/service'
import type { Collection } from 'mongoose'
import { done, invalid, type Partner, type PartnerAnswer, type PartnerCall, refused } from '../partner.ts'
import { idOf, type Store } from '../store.ts'
import type { TenantStates } from '../tenant-state.ts'
import { Turns } from '../turns.ts'
import {
  answerOf,
  type CoreBankingRules,
  isAccountNo,
  isReference,
  outcomeOf,
  type Posting,
  type PostingStatus,
  readCapture,
  readPosting,
  readRules,
} from './posting.ts'

const SHOWN_MAX = 1_000

interface Books {
  postings: Collection<Posting>
  states: TenantStates
  /** Postings on one account, one after the other: each sees what the one before has left. */
  turns: Turns
}

export function coreBanking(store: Store, states: TenantStates): Partner {
  const books: Books = { postings: store.collection<Posting>('postings'), states, turns: new Turns() }
  const step = (from: PostingStatus, to: PostingStatus) => (call: PartnerCall) => endHold(books, call, from, to)
  return {
    name: 'core-banking',
    routes: [
      { method: 'get', path: '/accounts/:accountNo/balance', handle: (call) => tellBalance(books, call) },
      { method: 'post', path: '/postings', handle: (call) => post(books, call) },
      { method: 'get', path: '/postings/:reference', handle: (call) => tell(books, call) },
      { method: 'post', path: '/postings/:reference/reverse', handle: (call) => reverse(books, call) },
      { method: 'post', path: '/postings/:reference/capture', handle: step('HELD', 'CAPTURED') },
      { method: 'post', path: '/postings/:reference/release', handle: step('HELD', 'RELEASED') },
    ],
    control: [
      { method: 'get', path: '/core-banking/rules', handle: async ({ rules }) => done(rulesOf(rules)) },
      { method: 'post', path: '/core-banking/rules', handle: (call) => setRules(books, call) },
      { method: 'get', path: '/core-banking/accounts/:accountNo', handle: (call) => show(books, call) },
    ],
    indexes: [{ collection: 'postings', keys: { tenant: 1, accountNo: 1 } }],
    async reset(tenant) {
      await books.postings.deleteMany({ tenant })
    },
  }
}

function rulesOf(rules: unknown): CoreBankingRules {
  const read = readRules(rules ?? {})
  if (!read.valid) throw new Error('the stored rules of the core banking system cannot be read')
  return read.value
}

const unknown = refused(404, 'posting.unknown', 'this account has no posting with that reference')

/** The posting of a call, by the reference in its path. */
const postingOf = ({ postings }: Books, { tenant, path }: PartnerCall): Promise<Posting | null> =>
  postings.findOne({ _id: idOf(tenant, path.reference ?? '') })

/**
 * A posting is done once: the same again is answered with what became of it, another one under its
 * reference is refused.
 */
async function post(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const read = readPosting(call.body)
  if (!read.valid) return invalid(read.fieldError)
  const asked = read.value
  const { tenant } = call
  const _id = idOf(tenant, asked.reference)
  return await books.turns.run(idOf(tenant, asked.accountNo), async () => {
    const earlier = await books.postings.findOne({ _id })
    if (earlier) return repeated(earlier, asked)
    const rules = rulesOf(call.rules)
    const { accountNo, reference } = asked
    const balance = await balanceOf(books, call, accountNo)
    const posting: Posting = { _id, tenant, reference, asked, accountNo, ...outcomeOf(asked, balance, rules) }
    if ((await place(books.postings, posting)) === 'placed') return done(answerOf(posting), 201)
    return repeated((await books.postings.findOne({ _id })) ?? posting, asked) // it was reversed just now
  })
}

const repeated = (found: Posting, asked: Posting['asked']): PartnerAnswer =>
  found.asked && hashOf(found.asked) !== hashOf(asked)
    ? refused(409, 'reference.conflict', 'another posting was made under this reference before')
    : done(answerOf(found))

/** What an account holds: what it had to begin with, and all postings since. */
async function balanceOf({ postings }: Books, { tenant, rules }: PartnerCall, accountNo: string): Promise<number> {
  const [sum] = await postings
    .aggregate<{ effectMinor: number }>([
      { $match: { tenant, accountNo } },
      { $group: { _id: null, effectMinor: { $sum: '$effectMinor' } } },
    ])
    .toArray()
  return rulesOf(rules).openingBalanceMinor + (sum?.effectMinor ?? 0)
}

async function tell(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const found = await postingOf(books, call)
  return found ? done(answerOf(found)) : unknown
}

/** Undoes a posting; one that has not come is refused when it comes after all. */
async function reverse(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { reference } = call.path
  const { tenant } = call
  if (!isReference(reference)) return invalid(['reference is none'])
  const _id = idOf(tenant, reference)
  const reversed = { status: 'REVERSED', effectMinor: 0 } as const
  await place(books.postings, { _id, tenant, reference, ...reversed })
  await books.postings.updateOne({ _id, status: { $ne: 'REFUSED' } }, { $set: reversed })
  return await tell(books, call)
}

/** A hold is captured or released once; a repeat is answered with what became of it. */
async function endHold(books: Books, call: PartnerCall, from: PostingStatus, to: PostingStatus): Promise<PartnerAnswer> {
  const read = readCapture(call.body)
  if (!read.valid) return invalid(read.fieldError)
  const found = await postingOf(books, call)
  if (!found?.asked) return unknown
  const taken = to === 'RELEASED' ? 0 : (read.value.amountMinor ?? found.asked.amountMinor)
  if (taken > found.asked.amountMinor) return invalid(['amountMinor is more than was held'])
  await books.postings.updateOne({ _id: found._id, status: from }, { $set: { status: to, effectMinor: 0 - taken } })
  const after = await postingOf(books, call)
  return after?.status === to ? done(answerOf(after)) : refused(409, 'hold.ended', 'the hold has ended in another way')
}

async function tellBalance(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { accountNo } = call.path
  if (!isAccountNo(accountNo)) return invalid(['accountNo is none'])
  return done({ accountNo, availableMinor: await balanceOf(books, call, accountNo), currency: 'INR' })
}

async function setRules({ states }: Books, { tenant, body }: PartnerCall): Promise<PartnerAnswer> {
  const rules = readRules(body)
  if (!rules.valid) return invalid(rules.fieldError)
  await states.set(tenant, { 'rules.core-banking': rules.value })
  return done(rules.value)
}

/** An account with its postings, those that moved nothing included. */
async function show(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const { accountNo } = call.path
  if (!isAccountNo(accountNo)) return invalid(['accountNo is none'])
  const found = await books.postings.find({ tenant: call.tenant, accountNo }).sort({ _id: 1 }).limit(SHOWN_MAX).toArray()
  return done({
    accountNo,
    availableMinor: await balanceOf(books, call, accountNo),
    postings: found.map((posting) => ({ ...answerOf(posting), kind: posting.asked?.kind, effectMinor: posting.effectMinor })),
  })
}
