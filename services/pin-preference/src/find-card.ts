// Finding a card by what its holder knows, without telling by work or order how far a wrong guess
// came. Shared by the card validations.
import {
  type AccountInfo,
  accountsOfEntityEndpoint,
  customersByMobileEndpoint,
  type FoundCard,
  type FoundKit,
  findCardsEndpoint,
  type InternalEndpoint,
} from '@dcms/contract'
import type { InternalClient, Scope } from '@dcms/service'
import type { LimitFailures, Room, Tried } from './limit-failures.ts'

export interface ValidationParts {
  kit: InternalClient
  customer: InternalClient
  limit: LimitFailures
}

type UsableStatus = FoundCard['cardStatus']

export interface FoundByDetails {
  kit: FoundKit & { cardStatus: UsableStatus }
  accounts: readonly AccountInfo[]
}

/** Asked for when there is nobody to ask for: the answer is not looked at. */
const decoy = { entityId: 'nobody', accountNo: '0' } as const

/**
 * Always the same three calls, one after the other, each in full: customers by mobile, cards of
 * these customers, accounts of the card.
 * @returns null unless exactly one card in a usable status fits everything
 */
export async function findCard(
  { mobileNo, cardNoLastSix, expiryDate, entityId, sealedCvv }: Tried & { sealedCvv?: string },
  usable: readonly UsableStatus[],
  scope: Scope,
  { kit, customer }: Pick<ValidationParts, 'kit' | 'customer'>,
): Promise<FoundByDetails | null> {
  const { entityIds } = await ask(customer, customersByMobileEndpoint, { mobileNo, ...(entityId !== undefined && { entityId }) }, scope)
  const cards = await ask(
    kit,
    findCardsEndpoint,
    { cardNoLastSix, expiry: yearFirst(expiryDate), entityIds, ...(sealedCvv !== undefined && { sealedCvv }) },
    scope,
  )
  const fitting = cards.flatMap((card) => {
    const cardStatus = usable.find((each) => each === card.cardStatus)
    return cardStatus ? [{ ...card, cardStatus }] : []
  })
  const [found] = fitting
  const { accounts } = await ask(
    customer,
    accountsOfEntityEndpoint,
    { entityId: found?.entityId ?? entityId ?? decoy.entityId, accountNos: [found?.accountNo ?? decoy.accountNo] },
    scope,
  )
  return found && fitting.length === 1 ? { kit: found, accounts } : null
}

async function ask<Request, Result>(
  owner: InternalClient,
  endpoint: InternalEndpoint<Request, Result, 'invalid.input.request'>,
  body: Request,
  scope: Scope,
): Promise<Result> {
  const asked = await owner.call(endpoint, body, scope)
  if (asked.kind === 'refused') throw new Error(`${endpoint.path} refused what a caller's body allows: ${asked.fieldError.join('; ')}`)
  return asked.result
}

/** `MMYY` as cards keep it: `YYMM`. */
const yearFirst = (expiryDate: string): string => `${expiryDate.slice(2)}${expiryDate.slice(0, 2)}`

/**
 * Room for a failure is given back when the call did not fail: it succeeded, or it could not be
 * made.
 */
export async function withinLimit<Result>(room: Room, attempt: () => Promise<Result | null>): Promise<Result | null> {
  try {
    const found = await attempt()
    if (found !== null) await room.giveBack()
    return found
  } catch (error) {
    await room.giveBack()
    throw error
  }
}

/** The card as callers see it. The accounts are those that it draws on. */
export function foundCardOf({ kit, accounts }: FoundByDetails, currency: string): FoundCard {
  const { entityId, kitNo, cardStatus } = kit
  return { entityId, kitNo, cardStatus, accountInfo: accounts.map((each) => linkedAccount(each, currency)) }
}

const linkedAccount = (
  { accountNo, accountStatus = 'ACTIVE', accountType, accountsCurrency, isPrimary = false, schemeCode, ...further }: AccountInfo,
  currency: string,
): FoundCard['accountInfo'][number] => ({
  accountNo,
  accountStatus,
  accountType,
  accountsCurrency: accountsCurrency ?? currency,
  ...(further.branchId !== undefined && { branchId: further.branchId }),
  ...(further.ifscCode !== undefined && { ifscCode: further.ifscCode }),
  ...(further.initialFunding !== undefined && { initialFunding: further.initialFunding }),
  defaultAccount: true,
  isPrimary,
  schemeCode,
})
