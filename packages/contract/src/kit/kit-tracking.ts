// What callers see of tracking the shipment of a card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { kitNo } from '../words/fields.ts'

const request = { type: 'object', additionalProperties: false, required: ['kitNo'], properties: { kitNo } } as const
export type KitTracking = FromSchema<typeof request>

const text = { type: 'string' } as const
const longDate = { type: 'string', description: 'As the courier writes it: `12 April 2024`' } as const
const scan = {
  type: 'object',
  additionalProperties: false,
  required: ['scan'],
  properties: {
    scan: { ...text, description: 'What happened, in the courier’s words' },
    scanCode: { ...text, description: 'Code of the courier; always text' },
    scanDate: { ...text, description: '`15-Apr-2024`' },
    scanTime: { ...text, description: '`HH:mm`, local time' },
    scanType: { ...text, description: '`DL` delivered, `UD` under way' },
    scannedLocation: text,
    inudsIndStatus: { ...text, description: 'Delivered, Out for delivery or In-transit; published under this name' },
    partnerStatus: { ...text, description: 'The same as inudsIndStatus, under a neutral name' },
  },
} as const

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['shipmentData'],
  properties: {
    shipmentData: {
      type: 'object',
      additionalProperties: false,
      required: ['shipment'],
      properties: {
        shipment: {
          type: 'array',
          description: 'Newest first; empty for a virtual card and while nothing was dispatched',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['kitNo', 'deliveryService', 'scans'],
            properties: {
              deliveryService: { ...text, description: 'Name of the courier' },
              kitNo: text,
              refNo: { ...text, description: 'Reference of the consignment' },
              waybillNo: { ...text, description: 'Number by which to ask the courier' },
              origin: text,
              originAreaCode: text,
              destination: text,
              destinationAreaCode: text,
              pickUpDate: longDate,
              pickUpTime: { type: 'number', description: 'Hours and minutes as one number: 1800' },
              expectedDeliveryDate: longDate,
              prodcode: { ...text, description: 'Product code of the courier' },
              service: { ...text, description: 'Service of the courier' },
              senderName: text,
              receivedBy: text,
              status: { ...text, description: 'Latest status, in the courier’s words' },
              statusDate: longDate,
              statusTime: { ...text, description: '`HH:mm`, local time' },
              scans: {
                type: 'object',
                additionalProperties: false,
                required: ['scanDetail'],
                properties: { scanDetail: { type: 'array', items: scan, description: 'Newest first' } },
              },
            },
          },
        },
      },
    },
  },
} as const
export type KitShipments = FromSchema<typeof result>

export const kitTrackingEndpoint = publicEndpoint<KitTracking, KitShipments>()({
  name: 'kitTracking',
  method: 'POST',
  path: '/kit-manager/kitTracking',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'Where the shipment of a card is, with every scan of the courier',
  description:
    'Courier data as the delivery partner sends it, so most members are optional and in the courier’s own words. For a virtual card, and for one that has not been dispatched yet, the list `shipment` is empty; an unknown kit is refused with `MCC007`. While the courier does not answer, the call returns what it last reported, without scans.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'service.unavailable'],
  examples: [
    {
      name: 'delivered',
      request: { kitNo: '4240181647' },
      result: {
        shipmentData: {
          shipment: [
            {
              deliveryService: 'BLUE DART',
              kitNo: '4240181647',
              refNo: 'TKH0012-020424-20',
              waybillNo: '32592631260',
              origin: 'MUMBAI',
              originAreaCode: 'BOM',
              destination: 'KOLKATA',
              destinationAreaCode: 'CCU',
              pickUpDate: '12 April 2024',
              pickUpTime: 1800,
              expectedDeliveryDate: '13 April 2024',
              prodcode: 'D',
              service: 'Domestic Priority',
              senderName: 'ACME BANK LTD',
              receivedBy: 'A RAO',
              status: 'Delivered',
              statusDate: '15 April 2024',
              statusTime: '11:11',
              scans: {
                scanDetail: [
                  {
                    scan: 'SHIPMENT DELIVERED',
                    scanCode: '000',
                    scanDate: '15-Apr-2024',
                    scanTime: '11:11',
                    scanType: 'DL',
                    scannedLocation: 'DALHOUSIE',
                    inudsIndStatus: 'Delivered',
                    partnerStatus: 'Delivered',
                  },
                  {
                    scan: 'SHIPMENT OUT FOR DELIVERY',
                    scanCode: '002',
                    scanDate: '15-Apr-2024',
                    scanTime: '09:40',
                    scanType: 'UD',
                    scannedLocation: 'DALHOUSIE',
                    inudsIndStatus: 'Out for delivery',
                    partnerStatus: 'Out for delivery',
                  },
                ],
              },
            },
          ],
        },
      },
    },
    { name: 'nothing dispatched', request: { kitNo: '4240171532' }, result: { shipmentData: { shipment: [] } } },
  ],
})
