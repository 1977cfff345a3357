// Applying for a physical card: a fresh one, or the plastic for a virtual card. Contract: packages/contract/src/kit/apply-for-card.ts.
import { type AppliedCard, accountsOfEntityEndpoint, applyForCardEndpoint, productFor, statusesFor } from '@dcms/contract'
import { answer, command, type Outcome, refuse, type Scope } from '@dcms/service'
import { decideConfirmation } from '../issuing/confirm-kits.ts'
import { makeKit } from '../issuing/make-kit.ts'
import { isIssued, type Kit, kitsOf, readKit, withoutOutbox } from '../kit.ts'
import { type Application, type ApplyRefusal, conversionDateOf, convertCard } from './convert-card.ts'
import { addressRefusal } from './delivery-address.ts'
import type { SuccessionParts } from './succession.ts'
import { giveTurnBack, takeTurn } from './take-turn.ts'

const CHANGES_MAX = 50
/** Statuses in which a card is held: the same that may be converted. */
const held = statusesFor('CONVERT')

/** A repeat with the same idempotency key shows the same card. */
export const applyForCard = (parts: SuccessionParts) =>
  command(applyForCardEndpoint, async (input, scope): Promise<Outcome<AppliedCard, ApplyRefusal>> => {
    const application = { ...input, deliveryAddress: input.deliveryAddress ?? 'PERMANENT' }
    const applied =
      input.kitNo === undefined
        ? await inTurn(application, scope, parts)
        : await convertCard({ ...application, kitNo: input.kitNo }, scope, parts.customer)
    if (applied.kind !== 'answer') return applied
    const kit = await readKit(scope.tenant, applied.result)
    if (!kit || !isIssued(kit)) return { kind: 'overtaken' }
    const kitInfo = { ...(await parts.vault.kitInfoWithCardNumber(scope.tenant, kit)), ...conversionDateOf(kit, scope.tenant) }
    return answer({ entityId: input.entityId, kitInfo: [kitInfo] })
  })

/** Two applications of one customer at once must not both find that there is no card yet. */
async function inTurn(application: Application, scope: Scope, parts: SuccessionParts): Promise<Outcome<string, ApplyRefusal>> {
  const turn = `fresh-card ${application.entityId}`
  if (!(await takeTurn(turn, scope))) return { kind: 'overtaken' }
  try {
    return await issueFresh(application, scope, parts)
  } finally {
    await giveTurnBack(turn, scope)
  }
}

async function issueFresh({ entityId, deliveryAddress }: Application, scope: Scope, parts: SuccessionParts) {
  const { tenant, commandId, user, roles, requestId, traceparent, deadlineAtMs } = scope
  const kits = kitsOf(tenant)
  const mine = await kits.findOne({ entityId, issuedBy: commandId }, withoutOutbox).lean<Kit>()
  if (mine) return answer(mine._id)
  const asked = await parts.customer.call(
    accountsOfEntityEndpoint,
    { entityId },
    { tenant: tenant.id, user, roles, requestId, traceparent, deadlineAtMs },
  )
  const { accounts } = asked.kind === 'answer' ? asked.result : { accounts: [] }
  const account = accounts.find(({ defaultAccount }) => defaultAccount) ?? accounts[0]
  if (!account) return refuse('CUS001') // every customer has one
  if (await kits.exists({ entityId, cardType: 'PHYSICAL', status: { $in: held } })) return refuse('card.already.active')
  const product = productFor(tenant.definition, account.schemeCode, 'PHYSICAL')
  if (!product) return refuse('product.not.found')
  const refused = await addressRefusal({ entityId, deliveryAddress }, scope, parts.customer)
  if (refused) return refused
  const fresh = await makeKit({ commandId, entityId, accountNo: account.accountNo, product, deliveryAddress }, scope, parts)
  if (fresh.kind === 'refused') return fresh
  const { kitNo } = fresh
  for (let tries = 0; tries < CHANGES_MAX; tries++) {
    const made = await readKit(tenant, kitNo)
    const confirmed = await scope.commit(kitsOf, made, decideConfirmation(made, commandId, scope), kitNo)
    if (confirmed.kind !== 'overtaken') return confirmed
  }
  return { kind: 'overtaken' } as const
}
