// The words of the reference that stand above single endpoints.
import type { Family } from '@dcms/contract'

/** Shown at the head of the reference, Markdown. */
export const introduction = `DCMS manages the debit cards of a bank: customers and their accounts, cards from issue to closing, PINs, what a card may be used for,
wallets and the chip purse, branches, stock and card orders.

- **One envelope.** Every answer holds \`result\`, \`exception\` and \`pagination\`, all three always present. Read \`exception\` first; it is null on success.
- **Sealed bodies.** Bodies travel as JWE (\`Content-Type: application/jose\`, ECDH-ES or a session key, A256GCM) inside TLS. The protected header names tenant
  and call (\`aud\`, \`htu\`). A sandbox tenant may send clear JSON. The examples here show what is inside.
- **Headers.** \`tenant\` on every call; \`Authorization: Bearer <id_token>\` on all but the log-in; \`X-Request-Id\` is echoed, unless it is
  malformed or has 12 digits in a row, as a card number would. \`Content-Encoding\` is not taken.
- **Repeats.** Calls that change something take an idempotency key, so that they can be repeated when an answer was lost.
- **Looseness.** Where a field is documented to take a number for text or another spelling, it says so. Answers always have the one form: identifiers are
  text. Unknown fields are dropped, not refused.
- **Planned** marks an endpoint that stands in the contract and not yet in this release: it answers 501 \`endpoint.not.available\`.`

/** One sentence per chapter. */
export const familyDescriptions: Readonly<Record<Family, string>> = {
  registration: 'Bringing customers in, with or without cards, and issuing further cards.',
  customer: 'Looking customers up and keeping their profile, documents, addresses and accounts current.',
  kit: 'The life of a card: activation, lock, block, replacement, upgrade, tracking; a kit is one card instance with a number of its own.',
  pin: 'Setting PINs and sending them on paper. PINs travel as encrypted PIN blocks only.',
  validation: 'Checking a PIN or that a caller holds a card, with limits on tries.',
  preference: 'What a card may be used for, and up to which amount: channels, domestic and international, daily limits.',
  'ncmc-preference': 'Switches and limits of the chip purse (National Common Mobility Card).',
  wallet: 'Value at the host and on the chip: loading, balances, services, transactions.',
  branch: 'The branches of the bank that order and hold cards.',
  inventory: 'Cards in stock: summaries, details, transfers between branches, delivery, expiry of insta kits.',
  'card-order': 'Ordering cards in bulk from the card manufacturer, with or without a file, and following the order.',
  'account-mapping': 'Accounts behind a card number.',
}
