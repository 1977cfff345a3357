// Which event types this release publishes; the others stand in the contract for services to come. A test compares it with the services.

export const emittedEvents: ReadonlySet<string> = new Set([
  'CustomerRegistered',
  'KitIssued',
  'KitActivated',
  'KitLocked',
  'KitUnlocked',
  'KitBlocked',
])
