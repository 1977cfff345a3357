// Registering a customer, with or without cards. Contract: packages/contract/src/registration/register.ts.
import { type IssuedKits, type Register, registerEndpoint, type TenantDefinition } from '@dcms/contract'
import { command, type InternalClient, newlyStored, type Outcome, type Refused, refuse, type Scope } from '@dcms/service'
import { type Account, type Customer, customersOf, type StoredKyc, withoutOutbox } from './customer.ts'
import { confirmIssued, finishIssuing, type IssuingRefusal } from './issue-cards.ts'
import { type KycVault, keyVersionOfDocuments } from './kyc-vault.ts'
import { mobileNumbersOf } from './mobile-numbers.ts'
import { type PlannedKits, planKits } from './plan-kits.ts'

type RegisterRefusal = IssuingRefusal | 'entity.already.exists' | 'invalid.input.request'

/**
 * The customer is written PENDING with what is to be issued, cards are reserved and confirmed at the kit context, then the customer becomes
 * ACTIVE with CustomerRegistered. A repeat of the same command finds its own customer and carries on or gives the same answer.
 */
export const register = (kyc: KycVault, kit: InternalClient) =>
  command(registerEndpoint, async (input, scope): Promise<Outcome<IssuedKits, RegisterRefusal>> => {
    const known = await customersOf(scope.tenant).findById(input.entityId, withoutOutbox).lean<Customer>()
    if (known) return await carryOn(known, scope, kit)
    const planned = decideRegistration(input, scope.tenant.definition)
    if (planned.kind === 'refused') return planned
    const documents = await kyc.seal(scope.tenant, input.entityId, input.kycInfo)
    const customer = newCustomer(input, planned, documents, scope)
    if (!(await scope.create(customersOf, customer))) return { kind: 'overtaken' }
    return await finishIssuing(scope, customer, scope.commandId, kit)
  })

async function carryOn(customer: Customer, scope: Scope, kit: InternalClient): Promise<Outcome<IssuedKits, RegisterRefusal>> {
  const issued = customer.issued.find((each) => each.commandId === scope.commandId)
  if (issued) return await confirmIssued(scope, customer._id, issued, kit)
  if (customer.issuing.some((each) => each.commandId === scope.commandId)) return await finishIssuing(scope, customer, scope.commandId, kit)
  return refuse('entity.already.exists')
}

type Registration = { kind: 'planned'; accounts: Account[]; kits: PlannedKits }

/** Whether what the bank sends fits together: one default account, known products, cards on the customer's own accounts. */
export function decideRegistration(
  input: Pick<Register, 'accountInfo' | 'addressInfo' | 'kitInfo' | 'deliveryAddress'>,
  definition: TenantDefinition,
): Registration | Refused<IssuingRefusal | 'invalid.input.request'> {
  const faults: string[] = []
  const numbers = input.accountInfo.map(({ accountNo }) => accountNo)
  if (new Set(numbers).size < numbers.length) faults.push('accountInfo must not name an account twice')
  if (input.accountInfo.filter((account) => account.defaultAccount).length > 1) faults.push('accountInfo must have one defaultAccount only')
  const categories = input.addressInfo.map(({ addressCategory }) => addressCategory)
  if (new Set(categories).size < categories.length) faults.push('addressInfo must not have a category twice')
  const kitInfo = input.kitInfo ?? []
  if (kitInfo.length > 0 && !input.deliveryAddress) faults.push('deliveryAddress is required with kitInfo')
  if (faults.length > 0) return refuse('invalid.input.request', faults)

  const hasDefault = input.accountInfo.some((account) => account.defaultAccount)
  const accounts = input.accountInfo.map((account, position) => ({
    ...account,
    accountStatus: account.accountStatus ?? 'ACTIVE',
    accountsCurrency: account.accountsCurrency ?? definition.currency,
    defaultAccount: hasDefault ? account.defaultAccount === true : position === 0,
    isPrimary: account.isPrimary === true,
  }))
  const kits = planKits(kitInfo, accounts, input.addressInfo, input.deliveryAddress, definition)
  return kits.kind === 'refused' ? kits : { kind: 'planned', accounts, kits }
}

function newCustomer(
  input: Register,
  { accounts, kits }: Registration,
  documents: StoredKyc[],
  { now, commandId, branch }: Scope,
): Customer {
  const { entityId, requestId: _requestId, deliveryAddress, kitInfo: _kitInfo, kycInfo: _kycInfo, ...profile } = input
  const kycKeyVersion = keyVersionOfDocuments(documents)
  return newlyStored({
    ...profile,
    _id: entityId,
    status: 'PENDING',
    accountInfo: accounts,
    mobileNumbers: mobileNumbersOf(input.communicationInfo),
    kycInfo: documents,
    ...(kycKeyVersion !== undefined && { kycKeyVersion }),
    issuing: [{ commandId, startedAt: now, kits: kits.kits, attempt: 1, ...(deliveryAddress && { deliveryAddress }) }],
    issuingAt: now,
    issued: [],
    registeredAt: now,
    ...(branch !== undefined && { branch }),
  })
}
