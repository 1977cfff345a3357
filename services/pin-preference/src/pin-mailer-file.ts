// A file with PINs to be printed for the cards of an order: planned when the vendor got the cards,
// filled and sent some bank days later. Nothing of it stays here once the printer has it.
import type { PinReference } from '@dcms/card-crypto'
import { type PersoFileDelivered, type TenantDefinition, vendorFor } from '@dcms/contract'
import { plainModel, type Tenant } from '@dcms/service'
import { bankDaysAfter } from './bank-days.ts'

const DAYS = 2
const TIME_ZONE = 'Asia/Kolkata'
/** PIN blocks are not kept longer than this, whatever becomes of their file. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/** Kits whose numbers follow one another. */
export interface KitRow {
  firstKitNo: string
  count: number
}

export interface PinMailerFile {
  _id: string // its name
  orderId: string
  vendor: string
  kits: KitRow[]
  branchId?: string
  address?: string
  pinCode?: string
  createdAt: Date
  /** Present until it was sent: when that is tried. Its partial index is what the job reads. */
  dueAt?: Date
  sentAt?: Date
  rows?: number
}

export const pinMailerFilesOf = plainModel<PinMailerFile>(
  'pinMailerFiles',
  {
    orderId: String,
    vendor: String,
    kits: [Object],
    branchId: String,
    address: String,
    pinCode: String,
    createdAt: Date,
    dueAt: Date,
    sentAt: Date,
    rows: Number,
  },
  [[{ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }]],
)

/** A card that gets a PIN, with the block for the printer. */
export interface ChosenPin {
  kitNo: string
  maskedCardNumber: string
  reference: PinReference
  block: string
  format: 0 | 3 | 4
  encryptedPan: string
  panKeyVersion: number
}

/** Some cards of a file, written down before any of them gets its PIN. */
export interface ChosenPins {
  _id: string // <file>/<number>
  chosen: ChosenPin[]
  /** Those that have their PIN from here. Absent until every card was looked at. */
  settled?: string[]
  expiresAt: Date
}

export const chosenPinsOf = plainModel<ChosenPins>(
  'pinMailerFileRows',
  { chosen: [Object], settled: { type: [String], default: undefined }, expiresAt: Date },
  [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]],
)

export const expiresAfter = (now: Date): Date => new Date(now.getTime() + KEPT_MS)

/** One file for each printer of the cards that PINs were ordered for. */
export function plannedFiles(sent: PersoFileDelivered, definition: TenantDefinition): PinMailerFile[] {
  const files = new Map<string, PinMailerFile>()
  const { orderId, vendor: maker, branchId, address, pinCode } = sent
  const createdAt = new Date(sent.sentAt)
  const dueAt = bankDaysAfter(createdAt, definition.settings?.orders?.pinMailerDays ?? DAYS, definition.timeZone ?? TIME_ZONE)
  for (const { productId, firstKitNo, count, pinGeneration } of sent.kits) {
    const vendor = pinGeneration ? vendorFor(definition.vendors, 'PIN_MAILER', productId)?.vendor : undefined
    if (vendor === undefined) continue
    const _id = `pinmailer-${orderId}-${maker}-${vendor}`
    const file = files.get(vendor) ?? {
      _id,
      orderId,
      vendor,
      kits: [],
      ...(branchId !== undefined && { branchId }),
      ...(address !== undefined && { address }),
      ...(pinCode !== undefined && { pinCode }),
      createdAt,
      dueAt,
    }
    files.set(vendor, { ...file, kits: [...file.kits, { firstKitNo, count }] })
  }
  return [...files.values()]
}

/** Those that are due, the longest first. */
export const filesToSend = (tenant: Tenant, asOf: Date, limit: number) =>
  pinMailerFilesOf(tenant)
    .find({ dueAt: { $exists: true, $lte: asOf } })
    .sort({ dueAt: 1 })
    .limit(limit)
