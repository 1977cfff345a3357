// The part of the demo journey about the PIN: set, checked, locked, unlocked; what the holder may
// do with the card; what the bank is told.
import { randomInt } from 'node:crypto'
import type { BankStreamWatch } from './bank-stream-watch.ts'
import type { Demo } from './demo-cards.ts'

const MESSAGE_WAIT_MS = 10_000
const PIN_DIGITS = 4
const TRIES_MAX = 3

export interface PinDemo extends Demo {
  stream: BankStreamWatch
  /** A card of the customer that is ACTIVE. */
  card: { kitNo: string; expDate: string }
}

/** The PIN is drawn here, encrypted here and printed nowhere. */
export async function showPin(demo: PinDemo): Promise<void> {
  const { report, dcms, card, customer } = demo
  const { entityId } = customer
  const { kitNo } = card
  const [kit] = (await dcms.fetchKitsByEntityId({ entityId })).filter((each) => each.kitNo === kitNo)
  const cardNumber = dcms.decryptCardNumber(kit?.encryptedCardNumber ?? '')
  const expiryDate = `${card.expDate.slice(5, 7)}${card.expDate.slice(2, 4)}`
  const pin = String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0')
  const wrong = String((Number(pin) + 1) % 10 ** PIN_DIGITS).padStart(PIN_DIGITS, '0')
  const known = { entityId, kitNo, expiryDate, cardNumber }
  await report.step('Set a PIN: its block is made and encrypted at the client', `v2/setPin ${kitNo}; PIN key`, () =>
    dcms.pins.set({ ...known, pin }),
  )
  await report.step('The right PIN', `v2/validatePin ${kitNo}`, () => dcms.pins.validate({ ...known, pin }))
  await showLock(demo, { right: () => dcms.pins.validate({ ...known, pin }), wrong: () => dcms.pins.validate({ ...known, pin: wrong }) })
  await showCardholder(demo, { cardNumber, expiryDate })
  await report.step('The bank’s own stream', `PIN_CHANGED of ${kitNo} on ${demo.stream.topic}`, () =>
    demo.stream.next('PIN_CHANGED', kitNo, MESSAGE_WAIT_MS),
  )
}

async function showLock(
  { report, operator, card: { kitNo } }: PinDemo,
  validate: { right: () => Promise<unknown>; wrong: () => Promise<unknown> },
): Promise<void> {
  for (let tries = 1; tries <= TRIES_MAX; tries++)
    await report.refusal(`A wrong PIN, ${tries} of ${TRIES_MAX}`, `v2/validatePin ${kitNo}`, 'PIN002', async () => {
      await validate.wrong()
    })
  await report.refusal('Now the PIN is locked, even for the right one', `v2/validatePin ${kitNo}`, 'pin.locked', async () => {
    await validate.right()
  })
  await report.step('An operator unlocks it', `dcms pin unlock --tenant ACME_BANK --kit ${kitNo}`, () =>
    operator.unlockPin('ACME_BANK', { kitNo, reason: 'demo' }),
  )
  await report.step('The right PIN is good again', `v2/validatePin ${kitNo}`, validate.right)
}

async function showCardholder(
  { report, dcms, card: { kitNo }, customer: { entityId, mobileNo } }: PinDemo,
  { cardNumber, expiryDate }: { cardNumber: string; expiryDate: string },
): Promise<void> {
  await report.step(
    'Read the CVV, which is stored nowhere',
    `getCvv ${kitNo}`,
    () => dcms.getCvv({ kitNo }),
    ({ expiryCvv }) => `***, to be shown to the holder for ${expiryCvv} s (not printed here)`,
  )
  await report.step(
    'Confirm the card by what its holder knows',
    'validateCard: last six digits, expiry, mobile number',
    () => dcms.validateCard({ entityId, cardNoLastSix: cardNumber.slice(-6), expiryDate, mobileNo }),
    ({ kitNo: found, cardStatus, accountInfo }) => ({ kitNo: found, cardStatus, accounts: accountInfo.length }),
  )
  const ecom = { isEnabled: true, dailyLimit: '20000', maxLimit: '50000' }
  await report.step(
    'Use abroad: on, for online payments up to a limit',
    `preference/set ${kitNo}: international on, ecom 20000 a day`,
    () => dcms.setPreference({ entityId, kitNo, domestic: {}, international: { isEnabled: true, ecom }, channel: 'MOBILE' }),
    ({ international }) => ({ international: international.isEnabled, ecom: international.ecom }),
  )
  await report.step('Alerts by SMS', `preference/sms-alerts/optIn ${kitNo}`, () =>
    dcms.processOptIn({ operation: 'sms-alerts', entityId, kitNo, optedIn: true, channel: 'MOBILE' }),
  )
}
