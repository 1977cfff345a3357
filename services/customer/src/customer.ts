// What a customer is and how it is stored.
import type { AccountInfo, AddressInfo, CommunicationInfo, KycInfo, Register, ReserveKits } from '@dcms/contract'
import { aggregateModel, type Stored, type Tenant } from '@dcms/service'

/** What registration takes of a customer besides lists and cards, kept as it came. */
export type Profile = Omit<
  Register,
  'entityId' | 'requestId' | 'deliveryAddress' | 'kitInfo' | 'addressInfo' | 'communicationInfo' | 'kycInfo' | 'accountInfo'
>

export interface Customer extends Stored, Profile {
  _id: string // entityId
  /** PENDING: being registered, unseen by every read. */
  status: 'PENDING' | 'ACTIVE'
  addressInfo: AddressInfo[]
  communicationInfo: CommunicationInfo[]
  /** `mobileNumbersOf(communicationInfo)`: the index for finding customers by number. */
  mobileNumbers: string[]
  kycInfo: StoredKyc[]
  /** `keyVersionOfDocuments(kycInfo)`: what the sweep after a rotation looks for. */
  kycKeyVersion?: number
  accountInfo: Account[]
  /**
   * Commands that issue cards and are not finished; a sweep carries on what a dead process left.
   */
  issuing: Issuing[]
  /**
   * When the first unfinished one was begun, or is to be tried again; its partial index is what the
   * sweep reads.
   */
  issuingAt?: Date
  /**
   * Since when one of them is left to a person: the sweep tried it for long. Its partial index is
   * what the job reads.
   */
  issuingStuckAt?: Date
  /** The last commands that issued cards, for repeats. */
  issued: Issued[]
  registeredAt: Date
  /** The branch whose user registered it; absent where that was a user of the whole bank. */
  branch?: string
}

/** Every account says whether it is the default and whether this customer holds it as primary. */
export type Account = AccountInfo & {
  accountStatus: NonNullable<AccountInfo['accountStatus']>
  accountsCurrency: string
  defaultAccount: boolean
  isPrimary: boolean
}

/** The document number is stored encrypted; only its mask is ever shown. */
export type StoredKyc = Omit<KycInfo, 'documentNo'> & { maskedDocumentNo: string; encryptedDocumentNo: string }

/**
 * One command that issues cards: what it reserved at the kit context is confirmed, then it is done.
 */
export interface Issuing {
  commandId: string
  startedAt: Date
  kits: ReserveKits['kits']
  deliveryAddress?: 'PERMANENT' | 'COMMUNICATION'
  /** Counts reservations: a new one is made when the last was given up before it was confirmed. */
  attempt: number
  /** Set once reserved; from then on these and no other kits are confirmed. */
  kitNos?: string[]
  /** What a caller without a key asked for, hashed: by this the same call finds what it began. */
  asked?: string
  /** Since when its caller waits for no answer: it got an error. */
  leftAt?: Date
  /** When a sweep tries it again after a fault. */
  nextTryAt?: Date
  /** Since when it is left to a person. */
  stuckAt?: Date
}

/** One command that issued cards. */
export interface Issued {
  commandId: string
  reservation: string
  kitNos: string[]
  /**
   * Both until the caller without a key has come again: it was told of an error, and the cards were
   * issued later.
   */
  asked?: string
  unansweredAt?: Date
}

export const customersOf = aggregateModel<Customer>(
  'customers',
  {
    status: { type: String, required: true },
    entityType: String,
    businessType: String,
    business: String,
    businessId: String,
    title: String,
    firstName: String,
    middleName: String,
    lastName: String,
    gender: String,
    dob: String,
    referralEntityId: String,
    isMinor: Boolean,
    isNRICustomer: Boolean,
    isDependant: Boolean,
    addOnCard: Boolean,
    maritalStatus: String,
    countryCode: String,
    kycStatus: String,
    cifNumber: String,
    nomineeInfo: { type: [Object], default: undefined },
    addressInfo: [Object],
    communicationInfo: [Object],
    mobileNumbers: [String],
    kycInfo: [Object],
    kycKeyVersion: Number,
    accountInfo: [Object],
    issuing: [Object],
    issuingAt: Date,
    issuingStuckAt: Date,
    issued: [Object],
    registeredAt: Date,
    branch: String,
  },
  [
    [{ issuingAt: 1 }, { partialFilterExpression: { issuingAt: { $exists: true } } }],
    [{ issuingStuckAt: 1 }, { partialFilterExpression: { issuingStuckAt: { $exists: true } } }],
    [{ mobileNumbers: 1 }],
    [{ 'accountInfo.accountNo': 1 }],
    [{ kycKeyVersion: 1 }, { partialFilterExpression: { kycKeyVersion: { $exists: true } } }],
  ],
)

export const withoutOutbox = { outbox: 0 } as const

/** A customer that callers may know of; null for an unknown one and one still being registered. */
export const readActiveCustomer = (tenant: Tenant, entityId: string): Promise<Customer | null> =>
  customersOf(tenant).findOne({ _id: entityId, status: 'ACTIVE' }, withoutOutbox).lean<Customer>()
