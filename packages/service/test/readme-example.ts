// The examples of the READMEs of this package and of packages/events, kept here so that they
// compile.
import { activateKitEndpoint, type KitActivated } from '@dcms/contract'
import type { Projected } from '@dcms/events'
import {
  aggregateModel,
  anyModel,
  command,
  type Decision,
  following,
  projectionModel,
  refuse,
  type ServiceConfig,
  type Stored,
  type Sweep,
  startService,
} from '../src/index.ts'

interface Kit extends Stored {
  entityId: string
  status: 'INACTIVE' | 'ACTIVE'
  activatedAt?: Date
}

const kitsOf = aggregateModel<Kit>('kits', { entityId: String, status: String, activatedAt: Date })
const releaseReservations: Sweep = { name: 'release reservations', everyMs: 10_000, run: async () => undefined }

// #region start
export const startKit = (config: ServiceConfig): Promise<void> =>
  startService('kit', config, () => ({
    commands: [activateKit], // endpoints of the contract with the code that acts on them
    aggregates: [anyModel(kitsOf)], // collections whose changes are announced
    followings: [], // projections of other contexts' events
    sweeps: [releaseReservations], // what finishes what a dead process left
  }))
// #endregion

// #region command
export const activateKit = command(activateKitEndpoint, async ({ kitNo, entityId }, scope) => {
  const kit = await kitsOf(scope.tenant).findById(kitNo).lean<Kit>()
  return scope.commit(kitsOf, kit, decideActivation(kit, entityId, scope.now), 'success' as const)
})

export function decideActivation(
  kit: Kit | null,
  entityId: string,
  now: Date,
): Decision<Kit, KitActivated, 'MCC007' | 'card.already.active'> {
  if (kit?.entityId !== entityId) return refuse('MCC007')
  if (kit.status === 'ACTIVE') return refuse('card.already.active')
  const told = { kitNo: kit._id, entityId, previousStatus: kit.status, activatedAt: now.toISOString() }
  return { kind: 'changed', set: { status: 'ACTIVE', activatedAt: now }, events: [{ type: 'KitActivated', ...told }] }
}
// #endregion

const knownKitsOf = projectionModel<Projected & { status?: string }>('known_kits', { status: String })

// #region following
export const onKitEvents = following({
  of: 'kit',
  projection: knownKitsOf,
  apply: () => (_kit, event) => (event.payload.type === 'KitLocked' ? { status: 'LOCKED' } : {}),
})
// #endregion
