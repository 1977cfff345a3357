// What files for and from card vendors can carry: the fields that a vendor's layout table names,
// and what each may hold. The tables at /docs/ordering-cards are made from these.

/** What a field may hold, at most. */
export interface VendorField {
  readonly max: number
  readonly says: string
}

/** What `PERSO` files tell of a card that is to be made. */
const perso = {
  orderId: { max: 64, says: 'Card order' },
  kitNo: { max: 20, says: 'Number of the kit' },
  parentKitNo: { max: 20, says: 'Box that it is packed in' },
  productId: { max: 60, says: 'Product' },
  plasticCode: { max: 100, says: 'Design of the plastic' },
  network: { max: 12, says: 'Card scheme, such as `RUPAY`' },
  pan: { max: 19, says: 'Card number' },
  expiry: { max: 5, says: 'Month printed on the card, `MM/YY`' },
  embossName: { max: 26, says: 'Name on the card; empty on a card for stock' },
  line4: { max: 26, says: 'Fourth line on the card; empty on a card for stock' },
  track1: { max: 79, says: 'Track 1 with its sentinels, without check character (ISO 7813)' },
  track2: { max: 40, says: 'Track 2 with its sentinels, without check character (ISO 7813)' },
  cvv2: { max: 3, says: 'CVV2, printed on the card' },
  icvv: { max: 3, says: 'iCVV, for the chip’s copy of track 2' },
  serviceCode: { max: 3, says: 'Service code' },
  ncmcFlag: { max: 1, says: '`Y` where the chip has a transit wallet, else `N`' },
  languageCode: { max: 2, says: 'Language of the letter, `en`' },
  branchId: { max: 64, says: 'Branch that gets the card' },
  addr1: { max: 100, says: 'First part of the order’s address' },
  addr2: { max: 100, says: 'Second part' },
  addr3: { max: 100, says: 'Third part' },
  city: { max: 100, says: 'Fourth part' },
  state: { max: 100, says: 'Fifth part' },
  zip: { max: 12, says: 'Postal code' },
  dispatchMode: { max: 8, says: '`BRANCH`' },
} as const satisfies Readonly<Record<string, VendorField>>

/** What `PIN_MAILER` files tell of a PIN that is to be printed. */
const pinMailer = {
  orderId: { max: 64, says: 'Card order; empty for a PIN ordered for one card' },
  requestId: { max: 200, says: 'Id of the mailer' },
  kitNo: { max: 20, says: 'Number of the kit' },
  maskedPan: { max: 19, says: 'Card number, masked' },
  pinBlock: { max: 32, says: 'PIN block under the printer’s key, upper-case hex' },
  pinBlockFormat: { max: 1, says: 'Format of the block: `0`, `3` or `4` (ISO 9564-1)' },
  name: { max: 300, says: 'Name of the cardholder; empty for a card in stock' },
  addr1: { max: 100, says: 'Address of the cardholder, or first part of the order’s' },
  addr2: { max: 100, says: 'Second part' },
  addr3: { max: 100, says: 'Third part' },
  city: { max: 100, says: 'City, or fourth part of the order’s address' },
  state: { max: 100, says: 'State, or fifth part' },
  zip: { max: 12, says: 'Postal code' },
  branchId: { max: 64, says: 'Branch that gets the mailer; empty for a PIN ordered for one card' },
  homeCurrencyCode: { max: 3, says: 'Numeric currency code' },
} as const satisfies Readonly<Record<string, VendorField>>

/** What `RETURN` files of a vendor tell of a card. */
const returned = {
  kitNo: { max: 20, says: 'Number of the kit' },
  status: { max: 10, says: '`PRODUCED`, `DISPATCHED` or `REJECTED`' },
  awbNo: { max: 50, says: 'Air waybill of the consignment' },
  courier: { max: 50, says: 'Who carries it' },
  dispatchDate: { max: 10, says: 'Day of dispatch, `YYYY-MM-DD`' },
  reason: { max: 100, says: 'Why a card was rejected' },
} as const satisfies Readonly<Record<string, VendorField>>

/** The fields of each kind of file. */
export const vendorFields = { PERSO: perso, PIN_MAILER: pinMailer, RETURN: returned } as const
export type VendorFileKind = keyof typeof vendorFields

/** The field of that name; undefined where the kind has none. */
export const vendorFieldOf = (kind: VendorFileKind, name: string): VendorField | undefined => {
  const fields: Readonly<Record<string, VendorField>> = vendorFields[kind]
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
