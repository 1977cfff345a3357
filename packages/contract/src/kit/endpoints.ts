// The endpoints and events of the kit family: card life, look-ups, transaction history.
import { activateKitEndpoint, kitActivatedEvent } from './activate-kit.ts'
import { applyForCardEndpoint, kitConvertedEvent } from './apply-for-card.ts'
import { kitClosedEvent } from './close-kit.ts'
import {
  kitAssignedEvent,
  kitExpiredEvent,
  kitsNotProducedEvent,
  kitsProducedEvent,
  transactionAuthorisedEvent,
  transactionDeclinedEvent,
} from './events.ts'
import { fetchByCardNoV2Endpoint } from './fetch-by-card-no-v2.ts'
import { fetchKitsByAccountNoEndpoint } from './fetch-kits-by-account-no.ts'
import { fetchKitsByEntityIdEndpoint } from './fetch-kits-by-entity-id.ts'
import { fetchKitsByEntityIdV2Endpoint } from './fetch-kits-by-entity-id-v2.ts'
import { fetchTransactionEndpoint } from './fetch-transaction.ts'
import { cvvRevealedEvent, getCvvEndpoint } from './get-cvv.ts'
import { kitIssuedEvent } from './issue-kits.ts'
import { kitTrackingEndpoint } from './kit-tracking.ts'
import { manageAllKitsEndpoint } from './manage-all-kits.ts'
import { kitBlockedEvent, kitHotlistedEvent, kitLockedEvent, kitReplacedEvent, kitUnlockedEvent, manageKitEndpoint } from './manage-kit.ts'
import { kitRenewalDueEvent } from './renewal-due.ts'
import { shipmentBookedEvent, shipmentMovedEvent } from './shipment.ts'
import { kitUpgradedEvent, upgradeCardEndpoint } from './upgrade-card.ts'
import { persoFileDeliveredEvent, vendorReportedEvent } from './vendor-files.ts'

export * from './activate-kit.ts'
export * from './apply-for-card.ts'
export * from './card-life.ts'
export * from './card-numbers-left.ts'
export * from './card-transaction.ts'
export * from './cards-for-pins.ts'
export * from './check-cards.ts'
export * from './close-kit.ts'
export * from './entities-by-masked-card.ts'
export * from './events.ts'
export * from './fetch-by-card-no-v2.ts'
export * from './fetch-kits-by-account-no.ts'
export * from './fetch-kits-by-entity-id.ts'
export * from './fetch-kits-by-entity-id-v2.ts'
export * from './fetch-transaction.ts'
export * from './find-cards.ts'
export * from './get-cvv.ts'
export * from './issue-kits.ts'
export * from './kit-for-pin.ts'
export * from './kit-for-wallet.ts'
export * from './kit-info.ts'
export * from './kit-tracking.ts'
export * from './manage-all-kits.ts'
export * from './manage-kit.ts'
export * from './renewal-due.ts'
export * from './shipment.ts'
export * from './show-vendor-key.ts'
export * from './status-change.ts'
export * from './statuses-of-kits.ts'
export * from './upgrade-card.ts'
export * from './vendor-files.ts'

export const kitEndpoints = {
  activateKit: activateKitEndpoint,
  manageKit: manageKitEndpoint,
  manageAllKits: manageAllKitsEndpoint,
  upgradeCard: upgradeCardEndpoint,
  applyForCard: applyForCardEndpoint,
  kitTracking: kitTrackingEndpoint,
  fetchKitsByEntityId: fetchKitsByEntityIdEndpoint,
  fetchKitsByEntityIdV2: fetchKitsByEntityIdV2Endpoint,
  fetchKitsByAccountNo: fetchKitsByAccountNoEndpoint,
  fetchByCardNoV2: fetchByCardNoV2Endpoint,
  getCvv: getCvvEndpoint,
  fetchTransaction: fetchTransactionEndpoint,
} as const

export const kitEvents = [
  kitsProducedEvent,
  kitsNotProducedEvent,
  persoFileDeliveredEvent,
  vendorReportedEvent,
  kitAssignedEvent,
  kitIssuedEvent,
  kitActivatedEvent,
  kitLockedEvent,
  kitUnlockedEvent,
  kitBlockedEvent,
  kitReplacedEvent,
  kitHotlistedEvent,
  kitUpgradedEvent,
  kitConvertedEvent,
  kitRenewalDueEvent,
  kitExpiredEvent,
  kitClosedEvent,
  shipmentBookedEvent,
  shipmentMovedEvent,
  cvvRevealedEvent,
  transactionAuthorisedEvent,
  transactionDeclinedEvent,
] as const
