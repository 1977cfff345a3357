// The courier, by HTTP. What it offers: infra/sandbox/README.md. Its answers are looked at before
// they are used: it is somebody else's.
import { type DeliveryTo, filledText, shipmentStatus, validatorOf } from '@dcms/contract'
import { PartnerClient, partnerFaultCode, ServiceUnavailable, type Tenant } from '@dcms/service'
import type { StoredShipment } from '../kit.ts'
import type { ShipmentChange } from './shipment.ts'

const TIMEOUT_MS = 2_000
const CHANGES_PER_PAGE = 200
const NAME_MAX = 100

export interface Booking {
  refNo: string
  kitNo: string
  senderName: string
  to: DeliveryTo
}
export type Booked = Pick<StoredShipment, 'refNo' | 'waybillNo' | 'deliveryService'>

/** A shipment as the courier tracks it: members of many kinds, none of them certain. */
export type TrackedShipment = Readonly<Record<string, unknown>>

export interface ChangesPage {
  changes: ShipmentChange[]
  /**
   * How many more there are that cannot be read, such as one of a status we do not know: they must
   * not hold up all others for ever.
   */
  unreadable: number
  /** Cursor for what comes after these. */
  next: string
  more: boolean
}

/**
 * All methods throw ServiceUnavailable when the courier is away, too slow, at fault, or answers
 * what cannot be read.
 */
export interface Courier {
  /** The same again for a `refNo` that is booked, also when the address has changed since. */
  book(tenant: Tenant, booking: Booking): Promise<{ kind: 'booked'; booked: Booked } | { kind: 'refused'; code: string }>
  /** What was booked under our reference; null for nothing. */
  bookedUnder(tenant: Tenant, refNo: string): Promise<Booked | null>
  /** Null for a shipment the courier does not know. */
  track(tenant: Tenant, waybillNo: string, deadlineAtMs?: number): Promise<TrackedShipment | null>
  changesAfter(tenant: Tenant, cursor: string | undefined): Promise<ChangesPage>
}

/** Shipments of one reference or number: one, or few where the courier has parted it. */
const SHIPMENTS_MAX = 100
const MEMBERS_MAX = 64
const TIMESTAMP_CHARS_MAX = 40

const text = { type: 'string', ...filledText, minLength: 1, maxLength: 100 } as const
/** What is in it is looked at member by member, where it is used. */
const anyObject = { type: 'object', maxProperties: MEMBERS_MAX } as const
const readBooked = validatorOf<{ waybillNo: string; deliveryService: string }>({
  type: 'object',
  required: ['waybillNo'],
  properties: { waybillNo: text, deliveryService: { ...text, default: 'COURIER' } },
})
const readTracked = validatorOf<{ shipmentData: { shipment: TrackedShipment[] } }>({
  type: 'object',
  required: ['shipmentData'],
  properties: {
    shipmentData: {
      type: 'object',
      required: ['shipment'],
      properties: { shipment: { type: 'array', maxItems: SHIPMENTS_MAX, items: anyObject } },
    },
  },
})
const readChanges = validatorOf<{ changes: object[]; next: string; more: boolean }>({
  type: 'object',
  required: ['changes', 'next', 'more'],
  properties: { changes: { type: 'array', maxItems: CHANGES_PER_PAGE, items: anyObject }, next: text, more: { type: 'boolean' } },
})
const readChange = validatorOf<ShipmentChange>({
  type: 'object',
  required: ['refNo', 'kitNo', 'sequence', 'status', 'at'],
  properties: {
    refNo: text,
    kitNo: text,
    sequence: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    status: { enum: shipmentStatus.enum.filter((status) => status !== 'BOOKED') },
    at: { type: 'string', format: 'date-time', maxLength: TIMESTAMP_CHARS_MAX },
  },
})

interface Reply {
  status: number
  body: unknown
}
type Ask = (tenant: Tenant, method: 'GET' | 'POST', path: string, body?: object, deadlineAtMs?: number) => Promise<Reply>

/** @param baseUrl of the courier's interface, without a slash at its end */
export function httpCourier(baseUrl: string): Courier & { close(): Promise<void> } {
  const client = new PartnerClient({ name: 'courier', baseUrl, timeoutMs: TIMEOUT_MS })
  const ask: Ask = async (tenant, method, path, body, deadlineAtMs) => {
    const { status, text: answered } = await client.ask(tenant.id, { method, path, ...(body && { body }), deadlineAtMs })
    if (status >= 500 || status === 429) throw new ServiceUnavailable(`the courier answered with ${status}`)
    try {
      return { status, body: JSON.parse(answered) }
    } catch (error) {
      throw new ServiceUnavailable('the courier’s answer is no JSON', { cause: error })
    }
  }
  const bookedUnder = (tenant: Tenant, refNo: string): Promise<Booked | null> => findBooked(ask, tenant, refNo)
  return {
    close: () => client.close(),
    bookedUnder,
    book: (tenant, booking) => book(ask, tenant, booking),
    async track(tenant, waybillNo, deadlineAtMs) {
      const reply = await ask(tenant, 'GET', `/shipments/${encodeURIComponent(waybillNo)}`, undefined, deadlineAtMs)
      if (reply.status === 404) return null
      return understood(reply, readTracked).shipmentData.shipment[0] ?? null
    },
    async changesAfter(tenant, cursor) {
      const after = cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`
      const { changes: told, ...page } = understood(await ask(tenant, 'GET', `/changes?limit=${CHANGES_PER_PAGE}${after}`), readChanges)
      const changes = told.map(readChange).flatMap((change) => (change.valid ? [change.value] : []))
      return { ...page, changes, unreadable: told.length - changes.length }
    },
  }
}

async function book(ask: Ask, tenant: Tenant, { refNo, kitNo, senderName, to }: Booking): ReturnType<Courier['book']> {
  const reply = await ask(tenant, 'POST', '/shipments', { refNo, kitNo, senderName, consignee: consigneeOf(to) })
  if (reply.status === 409) {
    const booked = await findBooked(ask, tenant, refNo) // booked before, to the address of that time
    return booked ? { kind: 'booked', booked } : { kind: 'refused', code: codeOf(reply) }
  }
  if (reply.status >= 400) return { kind: 'refused', code: codeOf(reply) }
  return { kind: 'booked', booked: { refNo, ...bookedOf(understood(reply, readBooked)) } }
}

async function findBooked(ask: Ask, tenant: Tenant, refNo: string): Promise<Booked | null> {
  const reply = await ask(tenant, 'GET', `/shipments?refNo=${encodeURIComponent(refNo)}`)
  const [shipment] = understood(reply, readTracked).shipmentData.shipment
  return shipment ? { refNo, ...bookedOf(understood({ ...reply, body: shipment }, readBooked)) } : null
}

const bookedOf = ({ waybillNo, deliveryService }: Omit<Booked, 'refNo'>) => ({ waybillNo, deliveryService })

/** Lines that the customer has not are left out. */
function consigneeOf({ name, address1, address2, address3, city, state, country, pincode }: DeliveryTo): object {
  const lines = { address1, address2, address3, city, state, country, pincode }
  return { name: name.slice(0, NAME_MAX), ...Object.fromEntries(Object.entries(lines).filter(([, line]) => line)) }
}

function understood<Value>({ status, body }: Reply, read: ReturnType<typeof validatorOf<Value>>): Value {
  const validated = status < 400 ? read(body) : undefined
  if (!validated?.valid) throw new ServiceUnavailable(`the courier’s answer with ${status} cannot be read`)
  return validated.value
}

/** For the log: a code of the courier and nothing else of its words. */
const codeOf = ({ status, body }: Reply): string => partnerFaultCode(body) ?? String(status)
