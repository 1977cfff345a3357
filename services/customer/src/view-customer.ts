// Reading a customer whole. Contract: packages/contract/src/customer/view-customer.ts.
import { type CustomerView, type KitInfo, kitsOfEntityEndpoint, viewCustomerEndpoint } from '@dcms/contract'
import { answer, command, type Foundations, type InternalClient, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { type Customer, customersOf, type Profile, type StoredKyc, withoutOutbox } from './customer.ts'
import { type KnownKit, knownKitsOf } from './kit-projection.ts'

const KITS_MAX = 500

/**
 * Cards are asked of the kit context, so that they are fresh; while it is away, the projection
 * answers.
 */
export const viewCustomer = (kit: InternalClient, logger: Foundations['logger']) =>
  command(viewCustomerEndpoint, async ({ entityId }, scope) => {
    const customer = await customersOf(scope.tenant).findById(entityId, withoutOutbox).lean<Customer>()
    if (customer?.status !== 'ACTIVE') return refuse('CUS001')
    return answer(viewOf(customer, await kitsOf(scope, entityId, kit, logger)))
  })

async function kitsOf(scope: Scope, entityId: string, kit: InternalClient, logger: Foundations['logger']): Promise<KitInfo[]> {
  try {
    const asked = await kit.call(kitsOfEntityEndpoint, { entityId }, scope)
    if (asked.kind === 'answer') return asked.result
    throw new Error(`the kit service refused an entityId that is registered here: ${asked.code}`)
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    logger.warn({ requestId: scope.requestId }, 'the kit service is unavailable; cards are answered from the projection')
    const known = await knownKitsOf(scope.tenant).find({ entityId }).sort({ issuedAt: -1, _id: -1 }).limit(KITS_MAX).lean<KnownKit[]>()
    return known.toReversed().flatMap(({ kitInfo }) => (kitInfo ? [kitInfo] : []))
  }
}

/**
 * What is shown of a profile and of a document. Named, not left over: what the store comes to hold
 * besides is shown to nobody, and what registration comes to take fails to compile here.
 */
const profileMembers = Object.keys({
  entityType: true,
  businessType: true,
  business: true,
  businessId: true,
  title: true,
  firstName: true,
  middleName: true,
  lastName: true,
  gender: true,
  dob: true,
  referralEntityId: true,
  isMinor: true,
  isNRICustomer: true,
  isDependant: true,
  addOnCard: true,
  maritalStatus: true,
  countryCode: true,
  kycStatus: true,
  cifNumber: true,
  nomineeInfo: true,
} satisfies Record<keyof Profile, true>) as (keyof Profile)[]
type ShownDocument = Omit<StoredKyc, 'maskedDocumentNo' | 'encryptedDocumentNo'>
const documentMembers = Object.keys({
  documentType: true,
  documentExpiry: true,
  kycRefNo: true,
  documentPath: true,
  countryOfIssue: true,
  documentIssuedBy: true,
  documentIssuanceDate: true,
  firstName: true,
  middleName: true,
  lastName: true,
} satisfies Record<keyof ShownDocument, true>) as (keyof ShownDocument)[]

/** The members of these names that are there. */
const only = <Value extends object, Name extends keyof Value>(value: Value, names: readonly Name[]): Pick<Value, Name> =>
  Object.fromEntries(names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]])) as Pick<Value, Name>

/** The customer as callers see it. */
export function viewOf(customer: Customer, kits: readonly KitInfo[]): CustomerView {
  const { _id: entityId, lastName, accountInfo, addressInfo, communicationInfo, kycInfo } = customer
  return {
    entityId,
    ...only(customer, profileMembers),
    lastName: lastName ?? null,
    accountInfo,
    kitInfo: kits.map(({ accountNo: _accountNo, ...kit }) => kit),
    addressInfo: addressInfo.map((address) => ({ address2: null, address3: null, district: null, isoCountryCode: null, ...address })),
    communicationInfo: communicationInfo.map((contact) => ({ appId: null, notification: true, ...contact })),
    kycInfo: kycInfo.map((document) => ({ kycRefNo: null, ...only(document, documentMembers), documentNo: document.maskedDocumentNo })),
    accountKitMapping: kits.flatMap(({ kitNo, accountNo }) => (accountNo ? [{ entityId, accountNo, kitNo }] : [])),
  }
}
