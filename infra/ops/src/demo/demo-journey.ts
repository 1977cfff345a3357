// The demo journey: a customer and her cards, the events they cause, and what is refused; with the
// SDK, as a bank would.
import { setTimeout as sleep } from 'node:timers/promises'
import { Dcms } from '@dcms/sdk'
import { maskCardNumbers } from '../launcher/terminal.ts'
import type { Operator } from '../operator/operator.ts'
import { BankStreamWatch } from './bank-stream-watch.ts'
import { cardOf, type Demo, issued, untilKnown } from './demo-cards.ts'
import { type DemoClient, sdkOptions } from './demo-client.ts'
import { showDelivery } from './demo-delivery.ts'
import { showFileOrder } from './demo-file-order.ts'
import { showLookUps } from './demo-look-ups.ts'
import { showLostPhone } from './demo-lost-phone.ts'
import { showNotices } from './demo-notices.ts'
import { DemoPartners } from './demo-partners.ts'
import { showPin } from './demo-pin.ts'
import { demoRegistration, newDemoCustomer } from './demo-registration.ts'
import { showBulkOrder, showHandingOut, showTransfer } from './demo-stock.ts'
import { showSuccessors } from './demo-successors.ts'
import { showWallet } from './demo-wallet.ts'
import { EventWatch } from './event-watch.ts'
import { JourneyReport } from './journey-report.ts'
import { sealedCall } from './sealed-call.ts'

const EVENT_WAIT_MS = 10_000
const TOKEN_LIFE_MAX_MS = 2_000

export interface DemoSurroundings {
  client: DemoClient
  engines: { kafkaBrokers: string }
  installation: string
  /** Base URL of the simulated partners. */
  sandboxUrl: string
  /** Unlocks the PIN that the journey locks, and starts a job. */
  operator: Operator
  /** A token of SANDBOX_BANK that has expired by the time it is shown. */
  shortLivedToken: string
  /** Ends the journey after the step under way. */
  stopped: Promise<void>
}

/** Runs the journey and prints each step. @returns how many steps went wrong */
export async function runDemoJourney(surroundings: DemoSurroundings): Promise<number> {
  const { client, engines, installation, operator, sandboxUrl, shortLivedToken, stopped } = surroundings
  const report = new JourneyReport(process.stdout, stopped)
  const acme = new Dcms(sdkOptions(client, 'ACME_BANK'))
  const sandbox = new Dcms({ ...sdkOptions(client, 'SANDBOX_BANK'), mode: 'clear' })
  const watched = { kafkaBrokers: engines.kafkaBrokers, installation, tenant: 'ACME_BANK' }
  const watch = new EventWatch(watched)
  const stream = new BankStreamWatch(watched)
  const customer = newDemoCustomer(Date.now())
  const demo: Demo = { report, dcms: acme, operator, watch, partners: new DemoPartners(sandboxUrl, 'ACME_BANK'), customer }
  try {
    stream.start()
    await watch.start()
    const card = await showCards(demo)
    if (card) await showFurtherLife(demo, stream, card)
    report.part('Cards for a branch')
    const stock = await showBulkOrder(demo)
    const counter = stock && (await showTransfer(demo, stock))
    if (counter) await showHandingOut(demo, counter)
    if (stock) await showFileOrder(demo, stock)
    report.part('A transit card')
    await showWallet(demo)
    report.part('Who may do what')
    await showSandbox(report, sandbox, customer.entityId)
    await showRefusals(report, client, acme, shortLivedToken, customer.entityId)
  } catch (error) {
    if (!report.isStopped(error)) throw error
  } finally {
    await Promise.all([acme.close(), sandbox.close(), watch.stop(), stream.stop()])
  }
  return report.finish()
}

/** What comes after the first card, in the order of a card's life. */
async function showFurtherLife(demo: Demo, stream: BankStreamWatch, card: FirstCard): Promise<void> {
  const { report } = demo
  report.part('The PIN, and what she may do with the card')
  await showPin({ ...demo, stream, card })
  report.part('Another card in its place')
  const newest = await showSuccessors(demo, card.kitNo)
  if (!newest) return
  report.part('By post')
  await showDelivery(demo, { virtual: newest.kitNo, physical: card.physicalKitNo })
  report.part('Looked up')
  await showLookUps(demo, newest.kitNo)
  report.part('A lost phone')
  await showLostPhone(demo)
  report.part('By the clock')
  await showNotices(demo, newest.kitNo)
}

interface FirstCard {
  kitNo: string
  expDate: string
  physicalKitNo: string
}

/**
 * @returns the card that was issued and is active, and the one that is on its way, for the steps
 * that follow
 */
async function showCards({ report, dcms, watch, customer }: Demo): Promise<FirstCard | undefined> {
  const { entityId, accountNo } = customer
  report.part('The first cards')
  await report.step('Log in and agree session keys', 'POST /api/authenticate, POST /api/session as demo_client of ACME_BANK', async () => {
    await dcms.connect()
    return 'a token, and a session whose keys only the two ends know; every body from here on is sealed'
  })
  const registration = demoRegistration(entityId, customer)
  const registered = await report.step(
    'Register a customer with a virtual card',
    `register ${entityId}, account ${accountNo}, cardType VIRTUAL`,
    () => dcms.register(registration),
    issued,
  )
  const kitNo = registered?.kitInfo[0]?.kitNo ?? ''
  await report.step('See the customer whole', `viewCustomer ${entityId}`, async () => {
    const { firstName, lastName, accountInfo, kitInfo, kycInfo } = await dcms.viewCustomer({ entityId })
    return {
      name: `${firstName} ${lastName}`,
      accounts: accountInfo?.length,
      documentNo: kycInfo?.[0]?.documentNo,
      card: cardOf(kitInfo?.[0]),
    }
  })
  await report.step('List her cards and open the card number', `fetchKitsByEntityId ${entityId}; field key`, async () => {
    const [kit] = await dcms.fetchKitsByEntityId({ entityId })
    const opened = maskCardNumbers(dcms.decryptCardNumber(kit?.encryptedCardNumber ?? ''))
    if (opened !== kit?.cardNumber) throw new Error('the opened card number is not the one shown masked')
    return { ...cardOf(kit), opened: `${opened} (with the field key; masked again here)` }
  })
  await report.step(
    'The other context knows the card: preferences',
    `fetchPreference ${kitNo}, until the KitIssued event took effect`,
    async () => {
      const { domestic, international } = await untilKnown(() => dcms.fetchPreference({ entityId, kitNo }))
      return {
        atm: domestic.atm,
        posOn: domestic.pos?.isEnabled,
        ecomOn: domestic.ecom?.isEnabled,
        internationalOn: international.isEnabled,
      }
    },
  )
  await report.step('Activate the card', `activateKit ${kitNo}`, () => dcms.activateKit({ entityId, kitNo }))
  await report.step('The event on Kafka', `KitActivated of ${kitNo} on dcms.kit`, async () => {
    const { topic, type, subject, sequence, payload } = await watch.next('KitActivated', kitNo, EVENT_WAIT_MS)
    return { topic, type, subject, sequence, activatedAt: payload.activatedAt }
  })
  const manage = (operation: 'LOCK' | 'UNLOCK') => dcms.manageKit({ entityId, oldKit: kitNo, operation, reason: 'demo', channel: 'MOBILE' })
  await report.step('Lock it', `manageKit ${kitNo} LOCK`, () => manage('LOCK'))
  await report.step('See it locked', `viewCustomer ${entityId}`, async () =>
    cardOf((await dcms.viewCustomer({ entityId })).kitInfo?.[0], 'LOCKED'),
  )
  await report.step('Unlock it', `manageKit ${kitNo} UNLOCK`, () => manage('UNLOCK'))
  const further = {
    entityId,
    deliveryAddress: 'PERMANENT' as const,
    kitInfo: [{ accountNo, cardType: 'PHYSICAL' as const }],
    requestId: `${entityId}-physical`,
  }
  const first = await report.step(
    'Issue a physical card',
    `registerCard PHYSICAL, requestId ${further.requestId}`,
    () => dcms.registerCard(further),
    issued,
  )
  await report.step(
    'The same requestId again: the same answer, no second card',
    `registerCard PHYSICAL, requestId ${further.requestId}`,
    async () => {
      const again = await dcms.registerCard(further)
      if (JSON.stringify(again) !== JSON.stringify(first)) throw new Error('the repeat gave another answer')
      return again
    },
    issued,
  )
  return registered && { kitNo, expDate: registered.kitInfo[0]?.expDate ?? '', physicalKitNo: first?.kitInfo[0]?.kitNo ?? '' }
}

async function showSandbox(report: JourneyReport, dcms: Dcms, entityId: string): Promise<void> {
  await report.step(
    'A sandbox bank may speak clear JSON',
    `register ${entityId} at SANDBOX_BANK, application/json`,
    () => dcms.register(demoRegistration(entityId)),
    issued,
  )
}

async function showRefusals(report: JourneyReport, client: DemoClient, acme: Dcms, expired: string, entityId: string): Promise<void> {
  const { baseUrl } = client
  const body = { entityId }
  const path = '/v1/viewCustomer'
  await report.refusal('Refused: a rule of the card', 'activateKit with a kit nobody has', 'MCC007', async () => {
    await acme.activateKit({ entityId, kitNo: '1' })
  })
  await report.refusal(
    'Refused: the token of one bank at another',
    'viewCustomer, tenant SANDBOX_BANK, token of ACME_BANK',
    'tenant.mismatch',
    async () => {
      await sealedCall({ baseUrl, tenant: 'SANDBOX_BANK', token: await acme.currentToken(), path, body })
    },
  )
  await report.refusal(
    'Refused: an expired token',
    'viewCustomer, SANDBOX_BANK, a token given for one second',
    'auth.token.expired',
    async () => {
      await untilExpired(expired)
      await sealedCall({ baseUrl, tenant: 'SANDBOX_BANK', token: expired, path, body })
    },
  )
  await report.refusal(
    'Refused: a body sealed for another call',
    'viewCustomer with a message sealed for getCvv',
    'encryption.decrypt.failed',
    async () => {
      const sealedFor = { path: '/v1/kit-manager/getCvv' }
      await sealedCall({ baseUrl, tenant: 'ACME_BANK', token: await acme.currentToken(), path, sealedFor, body })
    },
  )
  await report.refusal(
    'Refused: a body changed on its way',
    'viewCustomer, one bit of the sealed body flipped',
    'encryption.decrypt.failed',
    async () => {
      await sealedCall({ baseUrl, tenant: 'ACME_BANK', token: await acme.currentToken(), path, body, change: flipBitOfCiphertext })
    },
  )
}

/** Flips one bit in the fourth of the five parts of a JWE: the ciphertext. */
function flipBitOfCiphertext(jwe: string): string {
  const parts = jwe.split('.')
  const ciphertext = Buffer.from(parts[3] ?? '', 'base64url')
  ciphertext.writeUInt8(ciphertext.readUInt8(0) ^ 1, 0)
  parts[3] = ciphertext.toString('base64url')
  return parts.join('.')
}

/** A quick machine gets here before the token's one second is over. */
async function untilExpired(token: string): Promise<void> {
  const { exp }: { exp: number } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const leftMs = exp * 1000 - Date.now()
  if (leftMs > TOKEN_LIFE_MAX_MS) throw new Error('the token was given for longer than asked for')
  if (leftMs >= 0) await sleep(leftMs + 1)
}
