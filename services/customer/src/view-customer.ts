// Reading a customer whole. Contract: packages/contract/src/customer/view-customer.ts.
import { type CustomerView, type KitInfo, kitsOfEntityEndpoint, viewCustomerEndpoint } from '@dcms/contract'
import { answer, command, type Foundations, type InternalClient, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { type Customer, customersOf, withoutOutbox } from './customer.ts'
import { type KnownKit, knownKitsOf } from './kit-projection.ts'

const KITS_MAX = 500

/** Cards are asked of the kit context, so that they are fresh; while it is away, the projection answers. */
export const viewCustomer = (kit: InternalClient, logger: Foundations['logger']) =>
  command(viewCustomerEndpoint, async ({ entityId }, scope) => {
    const customer = await customersOf(scope.tenant).findById(entityId, withoutOutbox).lean<Customer>()
    if (customer?.status !== 'ACTIVE') return refuse('CUS001')
    return answer(viewOf(customer, await kitsOf(scope, entityId, kit, logger)))
  })

async function kitsOf(scope: Scope, entityId: string, kit: InternalClient, logger: Foundations['logger']): Promise<KitInfo[]> {
  try {
    const { tenant, user, roles, requestId, traceparent, deadlineAtMs } = scope
    const asked = await kit.call(
      kitsOfEntityEndpoint,
      { entityId },
      { tenant: tenant.id, user, roles, requestId, traceparent, deadlineAtMs },
    )
    if (asked.kind === 'answer') return asked.result
    throw new Error(`the kit service refused an entityId that is registered here: ${asked.code}`)
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    logger.warn({ requestId: scope.requestId }, 'the kit service is away; cards are answered from the projection')
    const known = await knownKitsOf(scope.tenant).find({ entityId }).sort({ issuedAt: -1, _id: -1 }).limit(KITS_MAX).lean<KnownKit[]>()
    return known.toReversed().flatMap(({ kitInfo }) => (kitInfo ? [kitInfo] : []))
  }
}

/** The customer as callers see it. */
export function viewOf(customer: Customer, kits: readonly KitInfo[]): CustomerView {
  const {
    _id: entityId,
    status: _status,
    version: _version,
    sequence: _sequence,
    relayedSequence: _relayed,
    outbox: _outbox,
    outboxAt: _outboxAt,
    outboxAside: _outboxAside,
    commandIds: _commandIds,
    issuing: _issuing,
    issuingAt: _issuingAt,
    issued: _issued,
    registeredAt: _registeredAt,
    branch: _branch,
    mobileNumbers: _mobileNumbers,
    kycKeyVersion: _kycKeyVersion,
    kycInfo,
    addressInfo,
    communicationInfo,
    ...profile
  } = customer
  return {
    entityId,
    ...profile,
    lastName: profile.lastName ?? null,
    kitInfo: kits.map(({ accountNo: _accountNo, ...kit }) => kit),
    addressInfo: addressInfo.map((address) => ({ address2: null, address3: null, district: null, isoCountryCode: null, ...address })),
    communicationInfo: communicationInfo.map((contact) => ({ appId: null, notification: true, ...contact })),
    kycInfo: kycInfo.map(({ maskedDocumentNo, encryptedDocumentNo: _encrypted, ...document }) => ({
      kycRefNo: null,
      ...document,
      documentNo: maskedDocumentNo,
    })),
    accountKitMapping: kits.flatMap(({ kitNo, accountNo }) => (accountNo ? [{ entityId, accountNo, kitNo }] : [])),
  }
}
