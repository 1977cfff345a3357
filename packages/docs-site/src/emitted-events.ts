// Which event types this release publishes; the others stand in the contract for services to come.
// A test compares it with the services.

export const emittedEvents: ReadonlySet<string> = new Set([
  'CustomerRegistered',
  'ContactChanged',
  'AddressChanged',
  'AccountsChanged',
  'KitsProduced',
  'KitsNotProduced',
  'KitIssued',
  'KitActivated',
  'KitLocked',
  'KitUnlocked',
  'KitBlocked',
  'KitReplaced',
  'KitHotlisted',
  'KitUpgraded',
  'KitConverted',
  'KitRenewalDue',
  'KitExpired',
  'KitClosed',
  'ShipmentBooked',
  'ShipmentMoved',
  'CvvRevealed',
  'PinSet',
  'PinLocked',
  'PinUnlocked',
  'PinMailerRequested',
  'PreferencesChanged',
  'OptInChanged',
  'OrderReceived',
  'OrderPending',
  'OrderProcessed',
  'OrderCancelled',
  'OrderFailed',
  'OrderCompleted',
  'KitsTransferred',
  'KitsWithdrawn',
  'DeliveryUpdated',
])

/** Types of the bank stream that these lead to. */
export const emittedMessages: ReadonlySet<string> = new Set(['CARD_STATUS_CHANGED', 'CARD_ACTIVATED', 'CARD_BLOCKED', 'PIN_CHANGED'])
