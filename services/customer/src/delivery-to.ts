// Name and address for a shipment. Contract: packages/contract/src/customer/delivery-to.ts.
import { type DeliveryTo, deliveryToEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Customer, customersOf } from './customer.ts'

const shown = { firstName: 1, middleName: 1, lastName: 1, addressInfo: 1 } as const
type Shown = Pick<Customer, 'firstName' | 'middleName' | 'lastName' | 'addressInfo'>

/** As they stand now. They go to nobody else and into no log. */
export const deliveryTo = command(deliveryToEndpoint, async ({ entityId, addressCategory }, { tenant }) => {
  const customer = await customersOf(tenant).findOne({ _id: entityId, status: 'ACTIVE' }, shown).lean<Shown>()
  const address = customer?.addressInfo.find((each) => each.addressCategory === addressCategory)
  return answer<DeliveryTo | null>(customer && address ? labelOf(customer, address) : null)
})

function labelOf(
  { firstName, middleName, lastName }: Shown,
  { addressCategory: _category, ...address }: Shown['addressInfo'][number],
): DeliveryTo {
  return { name: [firstName, middleName, lastName].filter(Boolean).join(' '), ...address }
}
