// Applying for a physical card: a fresh one, or the plastic for a virtual card. Contract:
// packages/contract/src/kit/apply-for-card.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { type AppliedCard, accountsOfEntityEndpoint, applyForCardEndpoint, productFor, statusesThat } from '@dcms/contract'
import { answer, command, type Outcome, refuse, type Scope } from '@dcms/service'
import { decideConfirmation } from '../issuing/confirm-kits.ts'
import { makeKit } from '../issuing/make-kit.ts'
import { type IssuedKit, isIssued, type Kit, kitsOf, ownedBy, readKit, withoutOutbox } from '../kit.ts'
import { begunApplication, claimApplication, leaveApplication, notingApplicant } from './begun-application.ts'
import { askedBy } from './begun-succession.ts'
import { type Application, type ApplyRefusal, conversionDateOf, convertCard } from './convert-card.ts'
import { addressRefusal } from './delivery-address.ts'
import type { SuccessionParts } from './succession.ts'
import { giveTurnBack, takeTurn } from './take-turn.ts'

/**
 * Between two looks at a call that still runs; so often as a command is run again, that is longer
 * than such a call may run.
 */
const PAUSE_MS = 150

/**
 * A repeat with the same idempotency key shows the same card; without a key the same call does
 * while it was not answered.
 */
export const applyForCard = (parts: SuccessionParts) =>
  command(applyForCardEndpoint, async (input, scope): Promise<Outcome<AppliedCard, ApplyRefusal>> => {
    const application = { ...input, deliveryAddress: input.deliveryAddress ?? 'PERMANENT' }
    const asked = askedBy(scope, application)
    try {
      return await apply(application, asked, scope, parts)
    } catch (error) {
      await leaveApplication(input.entityId, asked, scope)
      throw error
    }
  })

async function apply(
  application: Application,
  asked: string | undefined,
  scope: Scope,
  parts: SuccessionParts,
): Promise<Outcome<AppliedCard, ApplyRefusal>> {
  const { entityId, kitNo } = application
  const begun = await begunApplication(entityId, asked, scope)
  if (begun === 'running') {
    await sleep(PAUSE_MS)
    return { kind: 'overtaken' }
  }
  if (begun) return await answerWith(begun, scope, parts)
  const applied =
    kitNo === undefined
      ? await inTurn(application, asked, scope, parts)
      : await convertCard({ ...application, kitNo }, asked, scope, parts.customer)
  if (applied.kind !== 'answer') return applied
  const kit = await readKit(scope.tenant, applied.result)
  return kit && isIssued(kit) ? await answerWith(kit, scope, parts) : { kind: 'overtaken' }
}

/**
 * Only once the answer is made up is noted that there is one: until then the same call finds the
 * card.
 */
async function answerWith(kit: IssuedKit, scope: Scope, { vault }: SuccessionParts): Promise<Outcome<AppliedCard, never>> {
  const kitInfo = { ...(await vault.kitInfoWithCardNumber(scope.tenant, kit)), ...conversionDateOf(kit, scope.tenant) }
  if (!(await claimApplication(kit, scope))) return { kind: 'overtaken' }
  return answer({ entityId: kit.entityId, kitInfo: [kitInfo] })
}

/** Two applications of one customer at once must not both find that there is no card yet. */
async function inTurn(
  application: Application,
  asked: string | undefined,
  scope: Scope,
  parts: SuccessionParts,
): Promise<Outcome<string, ApplyRefusal>> {
  const turn = `fresh-card ${application.entityId}`
  if (!(await takeTurn(turn, scope))) return { kind: 'overtaken' }
  try {
    return await issueFresh(application, asked, scope, parts)
  } finally {
    await giveTurnBack(turn, scope)
  }
}

async function issueFresh({ entityId, deliveryAddress }: Application, asked: string | undefined, scope: Scope, parts: SuccessionParts) {
  const { tenant, commandId } = scope
  const kits = kitsOf(tenant)
  const mine = await kits.findOne({ entityId: ownedBy(entityId), issuedBy: commandId }, withoutOutbox).lean<Kit>()
  if (mine) return answer(mine._id)
  const known = await parts.customer.call(accountsOfEntityEndpoint, { entityId }, scope)
  const { accounts } = known.kind === 'answer' ? known.result : { accounts: [] }
  const account = accounts.find(({ defaultAccount }) => defaultAccount) ?? accounts[0]
  if (!account) return refuse('CUS001') // every customer has one
  if (await kits.exists({ entityId: ownedBy(entityId), cardType: 'PHYSICAL', status: { $in: statusesThat('isLiving') } }))
    return refuse('card.already.active')
  const product = productFor(tenant.definition, account.schemeCode, 'PHYSICAL')
  if (!product) return refuse('product.not.found')
  const refused = await addressRefusal({ entityId, deliveryAddress }, scope, parts.customer)
  if (refused) return refused
  const fresh = await makeKit({ commandId, entityId, accountNo: account.accountNo, product, deliveryAddress }, scope, parts)
  if (fresh.kind === 'refused') return fresh
  const { kitNo } = fresh
  const decide = (made: Kit | null) => notingApplicant(decideConfirmation(made, commandId, scope), asked, scope)
  const confirmed = await scope.change(kitsOf, kitNo, decide)
  return confirmed.kind === 'answer' ? answer(kitNo) : confirmed
}
