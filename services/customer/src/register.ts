// Registering a customer, with or without cards. Contract:
// packages/contract/src/registration/register.ts.
import { type IssuedKits, type Register, registerEndpoint, type TenantDefinition } from '@dcms/contract'
import { command, type InternalClient, newlyStored, type Outcome, type Refused, refuse, type Scope } from '@dcms/service'
import { answerBegun, askedBy, begunBy, finishForCaller } from './begun-issuing.ts'
import { type Account, type Customer, customersOf, type Issuing, type StoredKyc, withoutOutbox } from './customer.ts'
import { dayIn } from './day-in.ts'
import { foreignScheme } from './foreign-scheme.ts'
import { type KycVault, keyVersionOfDocuments } from './kyc-vault.ts'
import { mobileNumbersOf } from './mobile-numbers.ts'
import { type PlannedKits, planKits } from './plan-kits.ts'
import { isPrimaryOfAnother } from './primary-accounts.ts'
import { type IssuingRefusal, reserveCards } from './reserve-cards.ts'

type RegisterRefusal = IssuingRefusal | 'entity.already.exists' | 'invalid.input.request'

/**
 * Cards are reserved at the kit context; the customer is written PENDING with what is to be issued;
 * the cards are confirmed, and the customer becomes ACTIVE with CustomerRegistered. A repeat of the
 * same command finds its own customer and carries on or gives the same answer; without a key, the
 * same call does while its registration was not answered.
 */
export const register = (kyc: KycVault, kit: InternalClient) =>
  command(registerEndpoint, async (input, scope): Promise<Outcome<IssuedKits, RegisterRefusal>> => {
    const { tenant, commandId, now } = scope
    const { entityId, deliveryAddress } = input
    const asked = askedBy(scope, input)
    const known = await customersOf(tenant).findById(entityId, withoutOutbox).lean<Customer>()
    if (known) {
      const begun = begunBy(known, scope, asked)
      return begun ? await answerBegun(scope, known, begun, kit) : refuse('entity.already.exists')
    }
    const planned = decideRegistration(input, tenant.definition, now)
    if (planned.kind === 'refused') return planned
    for (const { accountNo, isPrimary } of planned.accounts)
      if (isPrimary && (await isPrimaryOfAnother(tenant, accountNo, entityId))) return refuse('invalid.source.account')
    const issuing: Issuing = {
      commandId,
      startedAt: now,
      kits: planned.kits.kits,
      attempt: 1,
      ...(deliveryAddress && { deliveryAddress }),
      ...(asked !== undefined && { asked }),
    }
    const reserved = await reserveCards(scope, entityId, issuing, kit)
    if (reserved.kind === 'refused') return reserved
    const documents = await kyc.seal(tenant, entityId, input.kycInfo)
    const customer = newCustomer(input, planned.accounts, { ...issuing, kitNos: reserved.kitNos }, documents, scope)
    if (!(await scope.create(customersOf, customer))) return { kind: 'overtaken' }
    return await finishForCaller(scope, customer, issuing, kit)
  })

type Registration = { kind: 'planned'; accounts: Account[]; kits: PlannedKits }

/**
 * Whether what the bank sends fits together: one default account, known products, cards on the
 * customer's own accounts.
 */
export function decideRegistration(
  input: Pick<Register, 'accountInfo' | 'addressInfo' | 'kitInfo' | 'deliveryAddress' | keyof Person>,
  definition: TenantDefinition,
  now: Date,
): Registration | Refused<IssuingRefusal | 'invalid.input.request'> {
  const faults = personFaults(input, definition, now)
  const numbers = input.accountInfo.map(({ accountNo }) => accountNo)
  if (new Set(numbers).size < numbers.length) faults.push('accountInfo must not name an account twice')
  if (input.accountInfo.filter((account) => account.defaultAccount).length > 1) faults.push('accountInfo must have one defaultAccount only')
  const categories = input.addressInfo.map(({ addressCategory }) => addressCategory)
  if (new Set(categories).size < categories.length) faults.push('addressInfo must not contain a category twice')
  const kitInfo = input.kitInfo ?? []
  if (kitInfo.length > 0 && !input.deliveryAddress) faults.push('deliveryAddress is required with kitInfo')
  if (faults.length > 0) return refuse('invalid.input.request', faults)

  const foreign = foreignScheme(input.accountInfo, definition)
  if (foreign) return foreign
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

type Person = Pick<Register, 'lastName' | 'dob' | 'nomineeInfo'>

/**
 * People are born in the past, by the bank's calendar, and have two names unless the bank takes
 * one.
 */
function personFaults({ lastName, dob, nomineeInfo = [] }: Person, { settings, timeZone }: TenantDefinition, now: Date): string[] {
  const today = dayIn(timeZone)(now)
  const faults = (lastName ?? null) === null && settings?.singleNames !== true ? ['lastName is required'] : []
  if (dob >= today) faults.push('dob must be a date in the past')
  for (const [position, { nomineeDOB }] of nomineeInfo.entries())
    if (nomineeDOB !== undefined && nomineeDOB >= today) faults.push(`nomineeInfo[${position}].nomineeDOB must be a date in the past`)
  return faults
}

function newCustomer(
  input: Register,
  accountInfo: Account[],
  issuing: Issuing,
  documents: StoredKyc[],
  { branch }: Pick<Scope, 'branch'>,
): Customer {
  const { entityId, requestId: _requestId, deliveryAddress: _deliveryAddress, kitInfo: _kitInfo, kycInfo: _kycInfo, ...profile } = input
  const kycKeyVersion = keyVersionOfDocuments(documents)
  return newlyStored({
    ...profile,
    _id: entityId,
    status: 'PENDING',
    accountInfo,
    mobileNumbers: mobileNumbersOf(input.communicationInfo),
    kycInfo: documents,
    ...(kycKeyVersion !== undefined && { kycKeyVersion }),
    issuing: [issuing],
    issuingAt: issuing.startedAt,
    issued: [],
    registeredAt: issuing.startedAt,
    ...(branch !== undefined && { branch }),
  })
}
