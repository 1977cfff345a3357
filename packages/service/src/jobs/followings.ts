// Keeping projections in step with the events of other contexts: one consumer group per followed
// context.
import { type Context, topicOf } from '@dcms/contract'
import { type Apply, applyInOrder, type Broker, isStoreAway, type Projected, type ReceivedEvent, type SetAsideStore } from '@dcms/events'
import { NotYet } from '../commands/decision.ts'
import { anyModel, type TenantModel } from '../store/store.ts'
import type { Tenant } from '../store/tenant.ts'
import type { Tenants } from '../store/tenants.ts'

/** Keeps a collection up to date by the events of another context. */
export interface Following {
  of: Context
  projection: TenantModel<never>
  apply: (tenant: Tenant) => Apply<never>
  /** Fields of a document that an event creates, besides what the event sets. */
  seed?: object
  /**
   * Adds to an event what `apply` needs besides and cannot look up itself. Runs before, for events
   * that come again too.
   */
  enrich?: (tenant: Tenant, event: ReceivedEvent) => Promise<ReceivedEvent>
  /**
   * Whether an event is of an aggregate that this projection keeps; all are when absent. The answer
   * must be the same for all events of one aggregate: a gap in its sequence is waited for.
   */
  concerns?: (event: ReceivedEvent) => boolean
}

/** Declares that a projection follows a context. */
export const following = <State extends Projected>(definition: {
  of: Context
  projection: TenantModel<State>
  apply: (tenant: Tenant) => Apply<State>
  seed?: Partial<State>
  enrich?: Following['enrich']
  concerns?: Following['concerns']
}): Following => ({
  of: definition.of,
  ...(definition.enrich && { enrich: definition.enrich }),
  ...(definition.concerns && { concerns: definition.concerns }),
  ...(definition.seed && { seed: definition.seed }),
  projection: anyModel(definition.projection),
  apply: definition.apply as unknown as Following['apply'],
})

/** What following takes besides what is followed. */
export interface FollowingParts {
  broker: Broker
  tenants: Tenants
  setAside: SetAsideStore
}

/** One consumer group per followed topic. */
export function startFollowers({ broker, tenants, setAside }: FollowingParts, context: Context, followings: readonly Following[]): void {
  for (const of of new Set(followings.map((each) => each.of))) {
    const ofThis = followings.filter((each) => each.of === of)
    broker.follow({
      topic: topicOf(of),
      group: context,
      setAside,
      serves: (id) => tenants.get(id) !== undefined,
      sharesStatements: true,
      handle: (event) => handleFor(tenants, event, (tenant) => applyTo(ofThis, tenant, event)),
    })
  }
}

async function applyTo(followings: readonly Following[], tenant: Tenant, event: ReceivedEvent): Promise<void> {
  for (const { projection, apply, seed, enrich, concerns } of followings) {
    if (concerns && !concerns(event)) continue
    const whole = enrich ? await enrich(tenant, event) : event
    await applyInOrder(projection(tenant).collection as never, whole, apply(tenant), seed as never)
  }
}

/**
 * Handles an event for its bank. What fails under an older definition than the event was made under
 * may only lack what that definition is to bring: a product, a plastic. It waits for it and is no
 * failure.
 */
export async function handleFor(tenants: Tenants, event: ReceivedEvent, handle: (tenant: Tenant) => Promise<void>): Promise<void> {
  const tenant = tenants.get(event.tenant)
  if (!tenant) throw new NotYet(`tenant ${event.tenant} is not served yet`)
  try {
    await handle(tenant)
  } catch (error) {
    if (isStoreAway(error) || (event.definitionVersion ?? 0) <= tenant.version) throw error
    throw new NotYet(`not possible under version ${tenant.version} of the definition; the event is of version ${event.definitionVersion}`, {
      cause: error,
    })
  }
}
