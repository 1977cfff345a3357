// The control API of a tenant: clock, faults, reset, and what each partner adds. Mounted in
// development and tests only.
import { validatorOf } from '@dcms/contract'
import { type Request, Router } from 'express'
import type { FromSchema } from 'json-schema-to-ts'
import type { Logger } from 'pino'
import { readFault } from './fault.ts'
import { durationMs } from './iso-duration.ts'
import { done, invalid, type Partner, type PartnerAnswer, type PartnerCall, refused } from './partner.ts'
import { callOf, isTenant, readBody, send } from './partner-routes.ts'
import { nowOf, type TenantState, type TenantStates } from './tenant-state.ts'

const ADVANCE_MAX_MS = 3_660 * 86_400_000

const clockSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { advance: { type: 'string', maxLength: 40 }, to: { type: 'string', format: 'date-time' } },
} as const
const readClockChange = validatorOf<FromSchema<typeof clockSchema>>(clockSchema)

export interface ControlSurroundings {
  states: TenantStates
  logger: Logger
}

type Handle = (call: PartnerCall) => Promise<PartnerAnswer>

export function controlRoutes(partners: readonly Partner[], { states, logger }: ControlSurroundings): Router {
  const router = Router({ mergeParams: true })
  router.use(readBody)
  const add = (method: 'get' | 'post' | 'put' | 'delete', path: string, partner: string, handle: Handle): void => {
    router[method](path, async (request: Request, response) => {
      const { tenant } = request.params
      if (typeof tenant !== 'string' || !isTenant(tenant))
        return send(response, refused(404, 'tenant.unknown', 'that is no name of a tenant'))
      const answer = await handle(callOf(request, await states.read(tenant), partner))
      logger.info({ tenant, control: `${method} ${path}`, status: answer.status }, 'control')
      send(response, answer)
    })
  }
  add('get', '/clock', '', async ({ tenant }) => done(clockOf(await states.read(tenant))))
  add('post', '/clock', '', (call) => changeClock(states, call))
  add('get', '/faults', '', async ({ tenant }) => done((await states.read(tenant)).faults))
  add('post', '/reset', '', async ({ tenant }) => {
    for (const partner of partners) await partner.reset(tenant)
    return done(clockOf(await states.set(tenant, { clockOffsetMs: 0, faults: {}, rules: {} })))
  })
  for (const { name, control } of partners) {
    const path = `/faults/${name}`
    add('get', path, name, async ({ tenant }) => done((await states.read(tenant)).faults[name] ?? {}))
    add('delete', path, name, async ({ tenant }) => done((await states.set(tenant, { [`faults.${name}`]: {} })).faults[name] ?? {}))
    add('post', path, name, async ({ tenant, body }) => {
      const fault = readFault(body)
      if (!fault.valid) return invalid(fault.fieldError)
      return done((await states.set(tenant, { [`faults.${name}`]: fault.value })).faults[name] ?? {})
    })
    for (const route of control) add(route.method, route.path, name, route.handle)
  }
  return router
}

const clockOf = (state: TenantState) => ({ now: nowOf(state).toISOString(), offsetMs: state.clockOffsetMs })

/** A clock goes forward only: what has happened cannot be undone, except by a reset. */
async function changeClock(states: TenantStates, { tenant, now, body }: PartnerCall): Promise<PartnerAnswer> {
  const change = readClockChange(body)
  if (!change.valid) return invalid(change.fieldError)
  const { advance, to } = change.value
  if ((advance === undefined) === (to === undefined)) return invalid(['give either advance or to'])
  const byMs = to === undefined ? durationMs(advance ?? '') : Date.parse(to) - now.getTime()
  if (byMs === null) return invalid(['advance must be an ISO 8601 duration of weeks, days, hours, minutes and seconds'])
  if (byMs < 0) return refused(409, 'clock.backwards', 'the clock is already later; it goes forward only')
  if (byMs > ADVANCE_MAX_MS) return invalid(['the clock is advanced by ten years at most'])
  return done(clockOf(await states.advance(tenant, byMs)))
}
