// Where the shipments of a card are. Contract: packages/contract/src/kit/kit-tracking.ts.
import { freeText, type KitShipments, kitTrackingEndpoint, type ShipmentStatus } from '@dcms/contract'
import { answer, command, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { isIssued, type Kit, kitsOf, type StoredShipment, withoutOutbox } from '../kit.ts'
import type { Courier, TrackedShipment } from './courier.ts'

type Shipment = KitShipments['shipmentData']['shipment'][number]
type Scan = Shipment['scans']['scanDetail'][number]

/**
 * The courier is asked live; while it is away, or where none is set, what it told last is answered.
 */
export const kitTracking = (courier: Courier | undefined) =>
  command(kitTrackingEndpoint, async ({ kitNo }, scope) => {
    const kit = await kitsOf(scope.tenant).findById(kitNo, withoutOutbox).lean<Kit>()
    if (!kit || !isIssued(kit)) return refuse('MCC007')
    const newestFirst = (kit.shipments ?? []).toReversed()
    const shipments = await Promise.all(newestFirst.map((shipment) => shipmentOf(kitNo, shipment, scope, courier)))
    return answer({ shipmentData: { shipment: shipments.flat() } })
  })

/** None while it was not dispatched: the courier has it on paper only. */
async function shipmentOf(
  kitNo: string,
  known: StoredShipment,
  { tenant, deadlineAtMs }: Scope,
  courier: Courier | undefined,
): Promise<Shipment[]> {
  try {
    const tracked = await courier?.track(tenant, known.waybillNo, deadlineAtMs)
    if (tracked) return trackedShipmentOf(kitNo, known, tracked)
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
  }
  return known.sequence > 0 ? [knownShipmentOf(kitNo, known, tenant.definition.timeZone)] : []
}

const SHIPMENT_TEXTS = [
  'origin',
  'originAreaCode',
  'destination',
  'destinationAreaCode',
  'pickUpDate',
  'expectedDeliveryDate',
  'prodcode',
  'service',
  'senderName',
  'receivedBy',
  'status',
  'statusDate',
  'statusTime',
] as const
const SCAN_TEXTS = ['scanCode', 'scanDate', 'scanTime', 'scanType', 'scannedLocation', 'inudsIndStatus'] as const

/** Newest first; a parcel has a dozen of them. */
const SCANS_MAX = 200
const TEXT_CHARS_MAX = 200
const PRINTED = new RegExp(freeText.pattern, 'u')

/**
 * The courier's data in the contract's form: members we know, text where the contract says text,
 * and of both no more than is good for a page.
 */
export function trackedShipmentOf(
  kitNo: string,
  { refNo, waybillNo, deliveryService }: StoredShipment,
  tracked: TrackedShipment,
): Shipment[] {
  const { scans, pickUpTime } = tracked
  const details = isObject(scans) && Array.isArray(scans.scanDetail) ? scans.scanDetail.slice(0, SCANS_MAX).flatMap(scanOf) : []
  if (details.length === 0) return []
  const time = Number(pickUpTime)
  return [
    {
      kitNo,
      refNo,
      waybillNo,
      deliveryService: textOf(tracked.deliveryService) ?? deliveryService,
      ...textsOf(tracked, SHIPMENT_TEXTS),
      ...(pickUpTime !== undefined && Number.isInteger(time) && { pickUpTime: time }),
      scans: { scanDetail: details },
    },
  ]
}

function scanOf(scan: unknown): Scan[] {
  const what = isObject(scan) ? textOf(scan.scan) : undefined
  if (!isObject(scan) || what === undefined) return []
  const texts = textsOf(scan, SCAN_TEXTS)
  const { inudsIndStatus } = texts
  return [{ scan: what, ...texts, ...(inudsIndStatus !== undefined && { partnerStatus: inudsIndStatus }) }]
}

const STATUS_TEXTS: Readonly<Record<ShipmentStatus, string>> = {
  BOOKED: 'Booked',
  DISPATCHED: 'Dispatched',
  IN_TRANSIT: 'In Transit',
  OUT_FOR_DELIVERY: 'Out For Delivery',
  DELIVERED: 'Delivered',
  RETURNED: 'Returned',
}

/** What the courier's feed told last, without scans. */
function knownShipmentOf(kitNo: string, shipment: StoredShipment, timeZone: string): Shipment {
  const { refNo, waybillNo, deliveryService, status, statusAt } = shipment
  const dayAndTime = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'long', timeStyle: 'short' }).formatToParts(statusAt)
  const partOf = (wanted: Intl.DateTimeFormatPartTypes): string => dayAndTime.find(({ type }) => type === wanted)?.value ?? ''
  return {
    kitNo,
    refNo,
    waybillNo,
    deliveryService,
    status: STATUS_TEXTS[status],
    statusDate: `${partOf('day')} ${partOf('month')} ${partOf('year')}`,
    statusTime: `${partOf('hour')}:${partOf('minute')}`,
    scans: { scanDetail: [] },
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
/** A text that is too long or not printable is no text. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.length <= TEXT_CHARS_MAX && text.isWellFormed() && PRINTED.test(text) ? text : undefined
}

function textsOf<Name extends string>(values: Record<string, unknown>, names: readonly Name[]): Partial<Record<Name, string>> {
  const texts = names.flatMap((name) => {
    const text = textOf(values[name])
    return text === undefined ? [] : [[name, text]]
  })
  return Object.fromEntries(texts)
}
