// A command of one internal endpoint, for tests of what holds for every command.
import { type ErrorCode, internalEndpoint } from '@dcms/contract'
import { type Answer, type Command, command } from '../src/commands/command.ts'
import { answer, type Outcome, refuse } from '../src/commands/decision.ts'
import type { Scope } from '../src/commands/scope.ts'
import { type Card, cardsOf } from './test-bank.ts'

export interface Use {
  cardId: string
  requestId?: string
}
export const endpointOf = (idempotency: 'stored' | 'document' | 'read') =>
  internalEndpoint<Use, string>()({
    name: 'use',
    method: 'POST',
    path: '/internal/use',
    owner: 'kit',
    callers: ['customer'],
    summary: 'Uses a card',
    idempotency,
    request: {
      type: 'object',
      additionalProperties: false,
      required: ['cardId'],
      properties: { cardId: { type: 'string', minLength: 1, acceptsNumber: true }, requestId: { type: 'string' } },
    },
    result: { type: 'string' },
    errors: ['invalid.input.request', 'MCC007', 'card.already.active', 'product.not.found', 'rate.limit.exceeded', 'service.unavailable'],
  })
type Code = 'MCC007' | 'product.not.found' | 'card.already.active' | 'rate.limit.exceeded' | 'service.unavailable'
export type Handler = (input: Use, scope: Scope) => Promise<Outcome<string, Code>>

export const stored = (handle: Handler): Command => command(endpointOf('stored'), handle)
export const codeOf = ({ body }: Answer): ErrorCode | undefined => JSON.parse(body).exception?.errorCode

/** Counts its runs and answers with the count. */
export function counting(): { use: Command; runs: () => number } {
  let runs = 0
  return { use: stored(async () => answer(`run ${++runs}`)), runs: () => runs }
}

/** Activates a card, once. */
export const useOnce: Handler = async ({ cardId }, scope) => {
  const card = await cardsOf(scope.tenant).findById(cardId).lean<Card>()
  if (!card) return refuse('MCC007')
  if (card.status === 'ACTIVE') return scope.commit(cardsOf, card, refuse('card.already.active'), 'success')
  return scope.commit(cardsOf, card, { kind: 'changed', set: { status: 'ACTIVE' }, events: [{ type: 'KitActivated' }] }, 'success')
}
