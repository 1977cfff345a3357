// The part of the demo journey about a lost phone: a new number, all cards locked by it, and what
// the cardholder is told.
import { type Demo, EVENT_WAIT_MS } from './demo-cards.ts'

/** Of the number that she had: her next one differs in the first digit. */
const NEW_FIRST_DIGIT = '8'
const EMAIL = 'asha@example.com'

export async function showLostPhone({ report, dcms, partners, customer }: Demo): Promise<void> {
  const { entityId, mobileNo } = customer
  const newNo = `${NEW_FIRST_DIGIT}${mobileNo.slice(1)}`
  await report.step('She has a new number', `updateProofOfIdentity ${entityId}: ${newNo}`, () =>
    dcms.updateProofOfIdentity({ entityId, communicationInfo: [{ contactNo: newNo, emailId: EMAIL, notification: true }] }),
  )
  await report.refusal('Refused: the number she had is nobody’s now', `manageAllKits LOCK of ${mobileNo}`, 'CUS001', async () => {
    await dcms.manageAllKits({ mobileNo, operation: 'LOCK' })
  })
  const manage = (operation: 'LOCK' | 'UNLOCK') =>
    dcms.manageAllKits({ mobileNo: newNo, operation, reason: 'phone lost', channel: 'IVR', requestId: `${entityId}-${operation}` })
  const managed = ({ managedCards, totalCardsManaged }: Awaited<ReturnType<typeof manage>>) => ({
    totalCardsManaged,
    managedCards: managedCards.map(({ kitNo, previousStatus, currentStatus }) => `${kitNo} ${previousStatus} → ${currentStatus}`),
  })
  await report.step(
    'By the new one all her cards that are in use are locked in one call',
    `manageAllKits LOCK of ${newNo}`,
    () => manage('LOCK'),
    managed,
  )
  await report.step('She is told, at the new number', `(simulated messaging partner) SMS to ${newNo}`, async () => {
    const { channel, template, text } = await partners.message(newNo, 'CARD_LOCKED', EVENT_WAIT_MS)
    return `${channel} ${template}: ${text}`
  })
  await report.step('The phone was in the other bag', `manageAllKits UNLOCK of ${newNo}`, () => manage('UNLOCK'), managed)
}
