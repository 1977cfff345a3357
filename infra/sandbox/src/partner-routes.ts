// The HTTP face of a partner: account, clock and faults are the same for all; the partner only does
// its own work.
import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { fail, meetFault } from './faults.ts'
import { type Partner, type PartnerAnswer, type PartnerCall, refused } from './partner.ts'
import { nowOf, type TenantState, type TenantStates } from './tenant-state.ts'

const BODY_MAX = '256kb'

/** A tenant as DCMS names it. */
export const isTenant = (text: string | undefined): text is string => /^[A-Z][A-Z0-9_]{1,29}$/.test(text ?? '')

export const readBody = express.json({ limit: BODY_MAX, type: () => true })

export interface Surroundings {
  states: TenantStates
  logger: Logger
  /** Aborted when the process ends: whoever is kept waiting is let go. */
  ending: AbortSignal
}

export function partnerRoutes(partner: Partner, { states, logger, ending }: Surroundings): Router {
  const router = Router()
  for (const route of partner.routes) {
    router[route.method](route.path, route.takesStream ? [] : [readBody], async (request: Request, response: Response) => {
      const tenant = request.get('x-account')
      if (!isTenant(tenant)) return send(response, refused(401, 'account.unknown', 'the header x-account names no account'))
      const seen = { tenant, partner: partner.name, route: `${route.method} ${route.path}` }
      const asked = await states.read(tenant)
      const failure = await meetFault(states, asked, partner.name, ending)
      if (failure?.moment === 'BEFORE') {
        logger.info({ ...seen, failure }, 'call failed as requested, before doing its work')
        return await fail(response, failure, ending)
      }
      const state = asked.faults[partner.name]?.latencyMs ? await states.read(tenant) : asked // the clock may be another after a wait
      const answer = await route.handle(callOf(request, state, partner.name))
      if (failure) {
        logger.info({ ...seen, failure }, 'call failed as requested, after doing its work')
        return await fail(response, failure, ending)
      }
      logger.info({ ...seen, status: answer.status }, 'call')
      send(response, answer)
    })
  }
  return router
}

export const callOf = (request: Request, state: TenantState, partner: string): PartnerCall => ({
  tenant: state._id,
  now: nowOf(state),
  rules: state.rules[partner],
  path: textsOf(request.params),
  query: textsOf(request.query),
  body: request.body ?? {},
  stream: request,
})

/** Parameters given once; one given twice counts as not given. */
const textsOf = (parameters: object): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

export function send(response: Response, { status, body }: PartnerAnswer): void {
  if (Buffer.isBuffer(body)) response.status(status).type('application/octet-stream').send(body)
  else response.status(status).json(body)
}
