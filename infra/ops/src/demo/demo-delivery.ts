// The part of the demo journey about the post: plastic for a virtual card, and the courier who
// brings it, by a clock that the demo advances.
import { cardOf, type Demo, EVENT_WAIT_MS } from './demo-cards.ts'

/** The hours that the courier's clock is advanced by, and what tracking says then. */
const stations = [
  ['PT2H', 'Shipment Picked Up'],
  ['PT12H', 'In Transit'],
  ['PT35H', 'Shipment Out For Delivery'],
  ['PT8H', 'Delivered'],
] as const

/**
 * `virtual`: a card in use; `physical`: one that was ordered before. Both are in use afterwards.
 */
export async function showDelivery(demo: Demo, { virtual: kitNo, physical }: { virtual: string; physical: string }): Promise<void> {
  const { report, dcms, watch, partners, customer } = demo
  const { entityId } = customer
  await report.step(
    'She wants her virtual card as plastic: same kit, same number, still in use',
    `applyForCard ${kitNo} to her permanent address`,
    () => dcms.applyForCard({ entityId, kitNo, deliveryAddress: 'PERMANENT', requestId: `${entityId}-plastic` }),
    ({ kitInfo: [kit] }) => ({ ...cardOf(kit, 'ACTIVE'), cardConversionDate: kit?.cardConversionDate }),
  )
  await report.step('The courier has the parcel: booked by itself within seconds', `ShipmentBooked of ${kitNo} on dcms.kit`, async () => {
    const { payload } = await watch.next('ShipmentBooked', kitNo, EVENT_WAIT_MS)
    return { refNo: payload.refNo, waybillNo: payload.waybillNo, deliveryService: payload.deliveryService }
  })
  for (const [duration, wanted] of stations) {
    await report.step(
      `${hoursOf(duration)} hours later by the courier’s clock: ${wanted}`,
      `(simulated courier: clock ahead by ${duration}); kitTracking ${kitNo}`,
      async () => {
        await partners.advance(duration)
        const [shipment] = (await dcms.kitTracking({ kitNo })).shipmentData.shipment
        if (shipment?.status !== wanted) throw new Error(`the courier says ${shipment?.status ?? 'nothing'}, not ${wanted}`)
        const { status, statusDate, statusTime, scans } = shipment
        return { status, at: `${statusDate} ${statusTime}`, scans: scans.scanDetail.length, latest: scans.scanDetail[0]?.scan }
      },
    )
  }
  await report.step('Nobody need ask: each move comes as an event', `ShipmentMoved of ${kitNo} on dcms.kit`, async () => {
    const isArrival = ({ payload }: { payload: Record<string, unknown> }): boolean => payload.status === 'DELIVERED'
    const { topic, type, sequence, payload } = await watch.next('ShipmentMoved', kitNo, EVENT_WAIT_MS, isArrival)
    return { topic, type, sequence, status: payload.status, at: payload.at }
  })
  await report.step('The card she ordered first is there as well: she activates it', `activateKit ${physical}`, () =>
    dcms.activateKit({ entityId, kitNo: physical }),
  )
}

const hoursOf = (duration: string): string => duration.replace(/\D/g, '')
