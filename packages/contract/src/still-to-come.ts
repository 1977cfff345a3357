// The endpoints of the contract that no service offers yet: the reference marks them as planned,
// the gateway answers 501. Later work empties this.

/** Names of use cases, as in `publicEndpoints`. */
export const stillToCome: ReadonlySet<string> = new Set([
  // kit
  'fetchTransaction',
])
