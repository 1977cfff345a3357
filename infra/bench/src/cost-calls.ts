// The calls whose cost is counted: for each endpoint that is served, how to make it for one of many
// customers, each with a card of its own.
import { randomInt } from 'node:crypto'
import { demoBranch, demoFileKits, demoRegistration, fileProduct } from '@dcms/ops'
import { type Dcms, DcmsError, type ResultOf } from '@dcms/sdk'

/** A customer with a card, as far as the calls before have brought them. */
export interface Subject {
  entityId: string
  accountNo: string
  mobileNo: string
  kitNo: string
  /** Masked. */
  cardNumber: string
  encryptedCardNumber: string
  /** MMYY. */
  expiryDate: string
  cvv: string
  /** A second card, for what takes a card out of use. */
  spareKitNo: string
  /** A transit card, and whose it is. */
  transit: { entityId: string; kitNo: string }
}

/** One row of the table of costs. */
export interface CostCall {
  /** The endpoint's name, with what is special about the call. */
  name: string
  /** Endpoints that the row is about. */
  of: readonly string[]
  call: (dcms: Dcms, subject: Subject) => Promise<unknown>
  /**
   * A read whose small cost is to be told from noise: made so often for each subject, 1 when
   * absent.
   */
  times?: number
  /** Brings the subject to where the call can be made; its cost is not counted. */
  before?: (dcms: Dcms, subject: Subject) => Promise<unknown>
}

const PIN = '4826'
const READS = 5
const KITS_OF_FILE = 10

export function newSubject(at: number): Subject {
  const own = randomInt(10 ** 4)
    .toString()
    .padStart(4, '0')
  const number = String(at).padStart(5, '0')
  return {
    entityId: `COST-${own}-${number}`,
    accountNo: `1${own}${number}`,
    mobileNo: `9${own}${number}`,
    kitNo: '',
    cardNumber: '',
    encryptedCardNumber: '',
    expiryDate: '',
    cvv: '',
    spareKitNo: '',
    transit: { entityId: '', kitNo: '' },
  }
}

type Kit = ResultOf<'register'>['kitInfo'][number]

function take(subject: Subject, kit: Kit | undefined): void {
  if (!kit) throw new Error('no card was issued')
  subject.kitNo = kit.kitNo
  subject.cardNumber = kit.cardNumber
  subject.encryptedCardNumber = kit.encryptedCardNumber ?? ''
  subject.expiryDate = `${kit.expDate.slice(5, 7)}${kit.expDate.slice(2, 4)}`
}

const known = (dcms: Dcms, { entityId, kitNo, expiryDate, encryptedCardNumber }: Subject) => ({
  entityId,
  kitNo,
  expiryDate,
  cardNumber: dcms.decryptCardNumber(encryptedCardNumber),
  pin: PIN,
})
type CardType = 'PHYSICAL' | 'VIRTUAL'
const oneCard = ({ accountNo }: Subject, cardType: CardType = 'VIRTUAL') => ({ accountNo, cardType })
const manage =
  (operation: 'LOCK' | 'UNLOCK' | 'BLOCK' | 'HOTLIST') =>
  (dcms: Dcms, { entityId, kitNo }: Subject) =>
    dcms.manageKit({ entityId, oldKit: kitNo, operation })
const spare =
  (cardType: CardType) =>
  async (dcms: Dcms, subject: Subject): Promise<void> => {
    const card = oneCard(subject, cardType)
    const { kitInfo } = await dcms.registerCard({ entityId: subject.entityId, kitInfo: [card], deliveryAddress: 'PERMANENT' })
    subject.spareKitNo = kitInfo[0]?.kitNo ?? ''
    await dcms.activateKit({ entityId: subject.entityId, kitNo: subject.spareKitNo })
  }

/** The scheme whose physical product has a wallet. */
const TRANSIT_SCHEME = '2004'
async function transitCard(dcms: Dcms, subject: Subject): Promise<void> {
  const entityId = `${subject.entityId}-T`
  const accountNo = `${subject.accountNo}4`
  const registration = demoRegistration(entityId, { accountNo, mobileNo: `8${subject.mobileNo.slice(1)}` })
  const { kitInfo } = await dcms.register({
    ...registration,
    accountInfo: registration.accountInfo.map((account) => ({ ...account, schemeCode: TRANSIT_SCHEME })),
    kitInfo: [{ accountNo, cardType: 'PHYSICAL' }],
  })
  subject.transit = { entityId, kitNo: kitInfo[0]?.kitNo ?? '' }
  await dcms.activateKit(subject.transit)
  await dcms.fetchWalletBalance(walletOf(subject))
}
const walletOf = ({ transit }: Subject) => ({ ...transit, walletType: 'NCMC' as const })

/** Not due for long: the job that sends what is due must not come before the call that does. */
const orderOf = (branchId: string, orderId: string) => ({
  orderId,
  processStartTime: '2199-01-01 00:00:00',
  branchInfo: { branchId },
  products: [{ bin: '608040', productId: '2003_VIRTUAL', quantity: 1 }],
})
const firstOrderOf = ({ entityId }: Subject): string => `ORDER-${entityId}`
const fileOf = ({ entityId }: Subject): string => `${entityId}.txt`
const uploadFile = (dcms: Dcms, subject: Subject) =>
  dcms.uploadCardOrderFile({
    fileName: fileOf(subject),
    content: dcms.orderFile({ orderRef: subject.entityId }, demoFileKits(subject.entityId, KITS_OF_FILE)),
  })
const fileOrderOf = (subject: Subject) => ({
  ...orderOf(subject.entityId, `FILE-${subject.entityId}`),
  products: [{ ...fileProduct, quantity: KITS_OF_FILE }],
  fileName: fileOf(subject),
})
const orderToCancelOf = ({ entityId }: Subject): string => `CANCELLED-${entityId}`

/** @throws when the call is not refused with this code */
async function refusedWith(code: string, call: Promise<unknown>): Promise<void> {
  const fault = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(fault instanceof DcmsError && fault.errorCode === code)) throw new Error(`not refused with ${code}`, { cause: fault })
}

/** In the order in which they are made: each finds what the ones before left. */
export const costCalls: readonly CostCall[] = [
  {
    name: 'register with a card',
    of: ['register'],
    async call(dcms, subject) {
      const { kitInfo } = await dcms.register(demoRegistration(subject.entityId, subject))
      take(subject, kitInfo[0])
    },
  },
  {
    name: 'register without a card',
    of: ['register'],
    call: (dcms, { entityId, ...own }) => dcms.register({ ...demoRegistration(`${entityId}-B`, own), kitInfo: [] }),
  },
  { name: 'kitActivation', of: ['activateKit'], call: (dcms, { entityId, kitNo }) => dcms.activateKit({ entityId, kitNo }) },
  {
    name: 'fetchKitsByEntityId',
    of: ['fetchKitsByEntityId'],
    times: READS,
    call: (dcms, { entityId }) => dcms.fetchKitsByEntityId({ entityId }),
  },
  { name: 'v2/fetchKitsByEntityId', of: ['fetchKitsByEntityIdV2'], call: (dcms, { entityId }) => dcms.fetchKitsByEntityIdV2({ entityId }) },
  { name: 'fetchKitsByAccountNo', of: ['fetchKitsByAccountNo'], call: (dcms, { accountNo }) => dcms.fetchKitsByAccountNo({ accountNo }) },
  {
    name: 'v2/fetchByCardNo',
    of: ['fetchByCardNoV2'],
    call: (dcms, { encryptedCardNumber }) => dcms.fetchByCardNoV2({ encryptedCardNumber }),
  },
  {
    name: 'account/fetchAccountsByCardNo',
    of: ['fetchAccountsByCardNo'],
    call: (dcms, { encryptedCardNumber }) => dcms.fetchAccountsByCardNo({ cardNumber: dcms.decryptCardNumber(encryptedCardNumber) }),
  },
  {
    name: 'accountkitmapping-manager/fetchAccountsByCardNo',
    of: ['fetchAccountsByCardNoViaMapping'],
    call: (dcms, { encryptedCardNumber }) =>
      dcms.fetchAccountsByCardNoViaMapping({ cardNumber: dcms.decryptCardNumber(encryptedCardNumber) }),
  },
  { name: 'getCvv', of: ['getCvv'], call: (dcms, { kitNo, entityId }) => dcms.getCvv({ kitNo, entityId }) },
  { name: 'viewCustomer', of: ['viewCustomer'], times: READS, call: (dcms, { entityId }) => dcms.viewCustomer({ entityId }) },
  { name: 'fetchByCif', of: ['fetchByCif'], call: (dcms, { entityId }) => dcms.fetchByCif({ entityId }) },
  { name: 'v2/fetchByCif', of: ['fetchByCifV2'], call: (dcms, { entityId }) => dcms.fetchByCifV2({ entityId }) },
  {
    name: 'fetchCifByMaskedCard',
    of: ['fetchCifByMaskedCard'],
    call: (dcms, { cardNumber }) => dcms.fetchCifByMaskedCard({ maskedCardNo: cardNumber }),
  },
  {
    name: 'update-manager/poi',
    of: ['updateProofOfIdentity'],
    call: (dcms, { entityId, mobileNo }) =>
      dcms.updateProofOfIdentity({
        entityId,
        communicationInfo: [{ contactNo: mobileNo, emailId: 'new@example.com', notification: true }],
      }),
  },
  {
    name: 'update-manager/poa',
    of: ['updateProofOfAddress'],
    call: (dcms, { entityId }) =>
      dcms.updateProofOfAddress({
        entityId,
        addressInfo: [
          {
            addressCategory: 'COMMUNICATION',
            address1: '14 Hill Street',
            city: 'CHENNAI',
            state: 'TAMILNADU',
            country: 'INDIA',
            pincode: '600032',
          },
        ],
      }),
  },
  {
    name: 'update-manager/account',
    of: ['updateAccount'],
    call: (dcms, { entityId, accountNo }) =>
      dcms.updateAccount({
        entityId,
        accountInfo: [
          {
            accountNo,
            accountStatus: 'ACTIVE',
            accountType: 'SAVING',
            accountsCurrency: 'INR',
            defaultAccount: true,
            initialFunding: '8000',
            isPrimary: false,
            schemeCode: '2003',
          },
        ],
      }),
  },
  {
    name: 'preference/set',
    of: ['setPreference'],
    call: (dcms, { entityId, kitNo }) =>
      dcms.setPreference({
        entityId,
        kitNo,
        domestic: {},
        international: { isEnabled: true, ecom: { isEnabled: true, dailyLimit: '20000', maxLimit: '50000' } },
        channel: 'MOBILE',
      }),
  },
  {
    name: 'preference/fetch',
    of: ['fetchPreference'],
    times: READS,
    call: (dcms, { entityId, kitNo }) => dcms.fetchPreference({ entityId, kitNo }),
  },
  {
    name: 'preference/sms-alerts/optIn',
    of: ['processOptIn'],
    call: (dcms, { entityId, kitNo }) => dcms.processOptIn({ operation: 'sms-alerts', entityId, kitNo, optedIn: true, channel: 'MOBILE' }),
  },
  { name: 'v2/setPin', of: ['setPinV2'], call: (dcms, subject) => dcms.pins.set(known(dcms, subject)) },
  { name: 'v2/validatePin', of: ['validatePinV2'], call: (dcms, subject) => dcms.pins.validate(known(dcms, subject)) },
  { name: 'setPin', of: ['setPin'], call: (dcms, subject) => dcms.pins.set(known(dcms, subject), { scheme: 'v1' }) },
  { name: 'validatePin', of: ['validatePin'], call: (dcms, subject) => dcms.pins.validate(known(dcms, subject), { scheme: 'v1' }) },
  {
    name: 'validateCard',
    of: ['validateCard'],
    call: (dcms, { entityId, encryptedCardNumber, expiryDate, mobileNo }) =>
      dcms.validateCard({ entityId, cardNoLastSix: dcms.decryptCardNumber(encryptedCardNumber).slice(-6), expiryDate, mobileNo }),
  },
  {
    name: 'v2/validateCardEnding',
    of: ['validateCardEndingV2'],
    call: (dcms, subject) => dcms.pins.validateCardEnding({ ...known(dcms, subject), mobileNo: subject.mobileNo }),
  },
  {
    name: 'validateCardEnding',
    of: ['validateCardEnding'],
    async before(dcms, subject) {
      subject.cvv = (await dcms.getCvv({ kitNo: subject.kitNo, entityId: subject.entityId })).cvv
    },
    call: (dcms, subject) =>
      dcms.pins.validateCardEnding({ ...known(dcms, subject), mobileNo: subject.mobileNo, cvv: subject.cvv }, { scheme: 'v1' }),
  },
  { name: 'manageKit LOCK', of: ['manageKit'], call: manage('LOCK') },
  { name: 'manageKit UNLOCK', of: ['manageKit'], call: manage('UNLOCK') },
  {
    name: 'registerCard',
    of: ['registerCard'],
    call: (dcms, subject) => dcms.registerCard({ entityId: subject.entityId, kitInfo: [oneCard(subject)], deliveryAddress: 'PERMANENT' }),
  },
  {
    name: 'manageKit REPLACE',
    of: ['manageKit'],
    before: spare('VIRTUAL'),
    call: (dcms, { entityId, spareKitNo }) => dcms.manageKit({ entityId, oldKit: spareKitNo, operation: 'REPLACE', cardType: 'VIRTUAL' }),
  },
  {
    name: 'upgradeCard',
    of: ['upgradeCard'],
    before: spare('VIRTUAL'),
    call: (dcms, { entityId, spareKitNo }) => dcms.upgradeCard({ entityId, kitNo: spareKitNo }),
  },
  {
    name: 'applyForCard',
    of: ['applyForCard'],
    before: spare('VIRTUAL'),
    call: (dcms, { entityId, spareKitNo }) => dcms.applyForCard({ entityId, kitNo: spareKitNo, deliveryAddress: 'PERMANENT' }),
  },
  {
    name: 'regeneratePinMailer',
    of: ['regeneratePinMailer'],
    before: spare('PHYSICAL'),
    call: (dcms, { entityId, spareKitNo: kitNo }) =>
      dcms.regeneratePinMailer({ entityId, kitNo, addressType: 'COMMUNICATION', homeCurrencyCode: '356' }),
  },
  { name: 'kitTracking', of: ['kitTracking'], call: (dcms, { kitNo }) => dcms.kitTracking({ kitNo }) },
  { name: 'branch create', of: ['createBranch'], call: (dcms, { entityId }) => dcms.createBranch(demoBranch(entityId)) },
  {
    name: 'branch update',
    of: ['updateBranch'],
    call: (dcms, { entityId }) => dcms.updateBranch({ branchId: entityId, branchName: `New ${entityId}` }),
  },
  { name: 'branch/fetch', of: ['fetchBranch'], call: (dcms, { entityId }) => dcms.fetchBranch({ branchId: entityId }) },
  {
    name: 'inventory/fetchKitSummary',
    of: ['fetchKitSummary'],
    call: (dcms, { entityId }) => dcms.fetchKitSummary({ branchId: entityId }),
  },
  {
    name: 'inventory/fetchKitDetailsFromInventory',
    of: ['fetchKitDetailsFromInventory'],
    call: (dcms, { entityId }) => dcms.fetchKitDetailsFromInventory({ refType: 'DC_KIT', branchId: entityId }),
  },
  // No card order has been made yet: refusals, as far as the stock is asked.
  {
    name: 'inventory/update/deliveryStatus, unknown kit',
    of: ['updateDeliveryStatus'],
    call: (dcms, { kitNo }) => dcms.updateDeliveryStatus([{ deliveryStatus: 'DELIVERED', kitNo: [kitNo] }]),
  },
  {
    name: 'inventory/kitsTransfer, unknown kit',
    of: ['transferKits'],
    call: (dcms, { entityId, kitNo }) =>
      refusedWith('INV001', dcms.transferKits({ fromBranch: entityId, toBranch: 'elsewhere', kitNo: [kitNo] })),
  },
  {
    name: 'inventory/instaKit/expire, unknown kit',
    of: ['expireInstaKits'],
    call: (dcms, { kitNo }) => refusedWith('MCC007', dcms.expireInstaKits({ kitNo })),
  },
  {
    name: 'card-order',
    of: ['createCardOrder'],
    call: (dcms, subject) => dcms.createCardOrder(orderOf(subject.entityId, firstOrderOf(subject))),
  },
  {
    name: 'card-order/fetchStatus',
    of: ['fetchCardOrderStatus'],
    call: (dcms, subject) => dcms.fetchCardOrderStatus({ cardOrderId: firstOrderOf(subject) }),
  },
  { name: 'card-order/received', of: ['fetchReceivedCardOrders'], call: (dcms) => dcms.fetchReceivedCardOrders({}) },
  {
    name: 'inventory/fetchCardOrderDetailsFromInventory',
    of: ['fetchCardOrderDetailsFromInventory'],
    call: (dcms, { entityId }) => dcms.fetchCardOrderDetailsFromInventory({ branchId: entityId }),
  },
  { name: 'card-order/sync-pending-status', of: ['syncPendingCardOrderStatus'], call: (dcms) => dcms.syncPendingCardOrderStatus({}) },
  { name: 'card-order/retry-stuck-pending', of: ['retryStuckPendingOrders'], call: (dcms) => dcms.retryStuckPendingOrders({}) },
  {
    name: 'card-order/process',
    of: ['processCardOrder'],
    call: (dcms, subject) => dcms.processCardOrder({ orderId: firstOrderOf(subject), force: true }),
  },
  {
    name: 'card-order/status',
    of: ['updateCardOrderStatus'],
    call: (dcms, subject) => dcms.updateCardOrderStatus({ orderId: firstOrderOf(subject) }),
  },
  {
    name: 'card-order/cancel',
    of: ['cancelCardOrder'],
    before: (dcms, subject) => dcms.createCardOrder(orderOf(subject.entityId, orderToCancelOf(subject))),
    call: (dcms, subject) => dcms.cancelCardOrder({ orderId: orderToCancelOf(subject), branchId: subject.entityId }),
  },
  { name: 'card-order/uploadFile, ten kits', of: ['uploadCardOrderFile'], call: uploadFile },
  {
    name: 'card-order/withFile',
    of: ['createCardOrderWithFile'],
    call: (dcms, subject) => dcms.createCardOrderWithFile(fileOrderOf(subject)),
  },
  {
    name: 'wallet/load',
    of: ['loadWallet'],
    before: transitCard,
    call: (dcms, subject) => dcms.loadWallet({ ...walletOf(subject), txnId: `T-${subject.transit.entityId}`, amount: '200.00' }),
  },
  { name: 'wallet/fetch/balance', of: ['fetchWalletBalance'], call: (dcms, subject) => dcms.fetchWalletBalance(walletOf(subject)) },
  { name: 'wallet/fetch/services', of: ['fetchWalletServices'], call: (dcms, subject) => dcms.fetchWalletServices(walletOf(subject)) },
  {
    name: 'wallet/fetch/authnt/transaction',
    of: ['fetchWalletAuthntTransactions'],
    call: (dcms, subject) => dcms.fetchWalletAuthntTransactions(walletOf(subject)),
  },
  {
    name: 'wallet/fetch/ledger/transaction',
    of: ['fetchWalletLedgerTransactions'],
    call: (dcms, subject) => dcms.fetchWalletLedgerTransactions(walletOf(subject)),
  },
  {
    name: 'ncmc/preference/set',
    of: ['setNcmcPreference'],
    call: (dcms, { transit }) =>
      dcms.setNcmcPreference({ ...transit, autoReload: { enabled: true, threshold: 100, loadAmount: 500 }, channel: 'MOBILE' }),
  },
  { name: 'ncmc/preference/fetch', of: ['fetchNcmcPreference'], call: (dcms, { transit }) => dcms.fetchNcmcPreference(transit) },
  {
    name: 'manageAllKits BLOCK',
    of: ['manageAllKits'],
    call: (dcms, { entityId, mobileNo }) =>
      dcms.manageAllKits({ entityId, mobileNo, operation: 'BLOCK', reason: 'CUSTOMER_REQUEST', channel: 'IVR' }),
  },
]
