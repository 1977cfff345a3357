// What tests of a card's life need besides a bank: its catalogue with tiers, a customer context
// that answers, and events replayed by the table.
import { cardLife, type KitInfo, type KitOperation, type KitStatus, kitStatuses, stepOf, type TenantDefinition } from '@dcms/contract'
import type { Call, InternalClient, Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../src/kit.ts'
import type { KitBank } from './kit-bank.ts'

type Settings = NonNullable<TenantDefinition['settings']>

/** The bank's catalogue with two tiers, each as a virtual and a physical product. */
export function withTiers({ products, ...rest }: TenantDefinition, changed: Partial<Settings> = {}): TenantDefinition {
  const settings: Settings = {
    pinV1: false,
    pinSetOnce: false,
    pinBlockPanSource: 'AUTO',
    upgradeReplaceAtOnce: false,
    hotlist: true,
    ...changed,
  }
  const classic = products.map((product) => ({ ...product, tierType: 'CLASSIC' }))
  const platinum = products.map((product) => ({
    ...product,
    productId: product.productId.replace('2003', '2003_PLATINUM'),
    tierType: 'PLATINUM',
    plasticCode: 'METAL',
  }))
  return { ...rest, tiers: [{ tierType: 'CLASSIC' }, { tierType: 'PLATINUM' }], products: [...classic, ...platinum], settings }
}

export const tieredTenant = (bank: KitBank, settings: Partial<Settings> = {}): Tenant => ({
  ...bank.tenant,
  definition: withTiers(bank.tenant.definition, settings),
})

export interface Customers {
  /** Numbers by customer; who stands here exists. */
  mobiles: Record<string, string[]>
  withoutAddress?: 'PERMANENT' | 'COMMUNICATION'
}

/** The customer context, as far as commands of a kit ask it. */
export function customerContext({ mobiles, withoutAddress }: Customers): InternalClient {
  const account = { accountNo: '8642135', accountType: 'SAVING', schemeCode: '2003', defaultAccount: true }
  const answers: Record<string, (body: Record<string, string>) => unknown> = {
    entityExists: ({ entityId = '' }) => ({ exists: entityId in mobiles }),
    accountsOfEntity: ({ entityId = '' }) => ({ accounts: entityId in mobiles ? [account] : [] }),
    customersByMobile: ({ mobileNo = '', entityId }) => ({
      entityIds: Object.entries(mobiles).flatMap(([each, numbers]) =>
        numbers.includes(mobileNo) && (entityId === undefined || entityId === each) ? [each] : [],
      ),
    }),
    deliveryTo: ({ entityId = '', addressCategory }) =>
      entityId in mobiles && addressCategory !== withoutAddress ? { name: 'A Rao', city: 'CHENNAI' } : null,
  }
  return {
    call: async (endpoint, body) => {
      const answered = answers[endpoint.name]?.(body as Record<string, string>)
      if (answered === undefined) throw new Error(`nobody answers ${endpoint.name}`)
      return { kind: 'answer', result: answered as never }
    },
    close: () => Promise.resolve(),
  }
}

/** A process that dies right after its nth write with an event. */
export function dyingAfter(writes: number): Pick<Call, 'relay'> {
  let left = writes
  const nudge = (): void => {
    left -= 1
    if (left <= 0) throw new Error('the process died')
  }
  return { relay: { nudge } as unknown as Call['relay'] }
}

export const kitsOfEntity = (bank: KitBank, entityId: string): Promise<Kit[]> =>
  kitsOf(bank.tenant).find({ entityId }).sort({ createdAt: 1, _id: 1 }).lean<Kit[]>()

/**
 * The statuses that a kit went through by its events: each event is one that the table has for the
 * status before it.
 * @throws when the sequence has a gap, an event is not the table's, or the kit does not stand where
 * the last event left it
 */
export function replay({ _id, outbox, sequence, status }: Kit): KitStatus[] {
  const passed: KitStatus[] = ['RESERVED']
  outbox.forEach((event, position) => {
    if (event.sequence !== position + 1) throw new Error(`kit ${_id}: event ${position + 1} has the sequence ${event.sequence}`)
    const { type, payload } = event
    if (type === 'CvvRevealed' || type === 'KitRenewalDue') return
    const before = passed.at(-1) ?? 'RESERVED'
    const { previousStatus, cardStatus } = payload as { previousStatus?: string; cardStatus?: string }
    if (previousStatus !== undefined && previousStatus !== before)
      throw new Error(`kit ${_id}: ${type} says ${previousStatus}, not ${before}`)
    const ends = endsOf(type, before)
    // Every event that changes the status says which one it is now; KitUpgraded leaves it.
    const end = type === 'KitUpgraded' ? ends[0] : ends.find((each) => each === cardStatus)
    if (!end) throw new Error(`kit ${_id}: the table has no ${type} from ${before} to ${cardStatus}`)
    passed.push(end)
  })
  if (sequence !== outbox.length) throw new Error(`kit ${_id} counts ${sequence} events and has ${outbox.length}`)
  if (passed.at(-1) !== status) throw new Error(`kit ${_id} is ${status}, its events end with ${passed.at(-1)}`)
  return passed
}

/** Where the table lets this event lead from a status. */
function endsOf(event: string, from: KitStatus): KitStatus[] {
  const operations = Object.keys(cardLife) as KitOperation[]
  const ends = operations.flatMap((operation) => {
    const step = stepOf(operation, from)
    return 'to' in step && step.event === event ? [step.to] : []
  })
  return kitStatuses.filter((status) => ends.some((end) => end === status))
}

/** The card that an answer shows. */
export const newKitOf = ({ result }: { result: unknown }): KitInfo => {
  const [kit] = (result as { kitInfo?: KitInfo[] }).kitInfo ?? []
  if (!kit) throw new Error(`there is no new kit in ${JSON.stringify(result)}`)
  return kit
}
/** Its events in their order. */
export const typesOf = ({ outbox }: Kit): string[] => outbox.map(({ type }) => type)
