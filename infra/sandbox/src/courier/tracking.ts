// Tracking as a courier of that trade writes it, quirks included: a misspelt member, codes that are
// text or numbers, three forms of a date.
import { promisedAt, type Shipment, type ShipmentStatus } from './shipment.ts'

export const deliveryService = 'SANDBOX COURIER'
const ORIGIN = 'MUMBAI'
const AREA_CODES: Readonly<Record<string, string>> = {
  MUMBAI: 'BOM',
  KOLKATA: 'CCU',
  CHENNAI: 'MAA',
  DELHI: 'DEL',
  BENGALURU: 'BLR',
  HYDERABAD: 'HYD',
}

interface ScanWords {
  scan: string
  scanCode: string | number
  scanType: 'DL' | 'UD' | 'RT'
  inudsIndStatus: string
  status: string
  where: 'origin' | 'destination'
}

const words: Readonly<Record<ShipmentStatus, ScanWords>> = {
  DISPATCHED: {
    scan: 'SHIPMENT PICKED UP',
    scanCode: 15,
    scanType: 'UD',
    inudsIndStatus: 'In-transit',
    status: 'Shipment Picked Up',
    where: 'origin',
  },
  IN_TRANSIT: {
    scan: 'SHIPMENT ARRIVED AT HUB',
    scanCode: 9,
    scanType: 'UD',
    inudsIndStatus: 'In-transit',
    status: 'In Transit',
    where: 'destination',
  },
  OUT_FOR_DELIVERY: {
    scan: 'SHIPMENT OUT FOR DELIVERY',
    scanCode: '002',
    scanType: 'UD',
    inudsIndStatus: 'Out for delivery',
    status: 'Shipment Out For Delivery',
    where: 'destination',
  },
  DELIVERED: {
    scan: 'SHIPMENT DELIVERED',
    scanCode: '000',
    scanType: 'DL',
    inudsIndStatus: 'Delivered',
    status: 'Delivered',
    where: 'destination',
  },
  RETURNED: {
    scan: 'SHIPMENT RETURNED TO ORIGIN',
    scanCode: '074',
    scanType: 'RT',
    inudsIndStatus: 'Returned',
    status: 'Returned To Origin',
    where: 'origin',
  },
}

const partsIn = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  day: '2-digit',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** A moment in the forms a courier uses, in Indian time. */
function written(moment: Date) {
  const part = Object.fromEntries(partsIn.formatToParts(moment).map(({ type, value }) => [type, value]))
  const { day = '', month = '', year = '', hour = '', minute = '' } = part
  return {
    longDate: `${day} ${month} ${year}`,
    scanDate: `${day}-${month.slice(0, 3)}-${year}`,
    time: `${hour}:${minute}`,
    timeAsNumber: Number(`${hour}${minute}`),
  }
}

const areaCodeOf = (city: string): string => AREA_CODES[city] ?? city.replaceAll(/[^A-Z]/g, '').slice(0, 3)

/**
 * What the courier tells of a shipment at that time, newest scan first. One not picked up yet has
 * no scans.
 */
export function trackingOf(shipment: Shipment, now: Date) {
  const { kitNo, refNo, waybillNo, consignee, service, senderName, bookedAt } = shipment
  const destination = consignee.city.toUpperCase()
  const happened = shipment.steps.filter(({ at }) => at <= now)
  const pickedUp = written(happened[0]?.at ?? bookedAt)
  const last = happened.at(-1)
  const lastAt = written(last?.at ?? bookedAt)
  return {
    deliveryService,
    kitNo,
    refNo,
    waybillNo,
    origin: ORIGIN,
    originAreaCode: areaCodeOf(ORIGIN),
    destination,
    destinationAreaCode: areaCodeOf(destination),
    ...(last && { pickUpDate: pickedUp.longDate, pickUpTime: pickedUp.timeAsNumber }),
    expectedDeliveryDate: written(promisedAt(shipment)).longDate,
    prodcode: 'D',
    service,
    senderName,
    ...(last?.status === 'DELIVERED' && { receivedBy: consignee.name.toUpperCase() }),
    status: last ? words[last.status].status : 'Shipment Booked',
    statusDate: lastAt.longDate,
    statusTime: lastAt.time,
    scans: {
      scanDetail: happened.toReversed().map(({ status, at }) => {
        const { scan, scanCode, scanType, inudsIndStatus, where } = words[status]
        const { scanDate, time } = written(at)
        return {
          scan,
          scanCode,
          scanDate,
          scanTime: time,
          scanType,
          scannedLocation: where === 'origin' ? ORIGIN : destination,
          inudsIndStatus,
        }
      }),
    },
  }
}
