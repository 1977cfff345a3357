// A command: an endpoint of the contract with the code that acts on it. Running one: permission,
// validate, keep to one run per key, retry when overtaken.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Endpoint, type ErrorCode, failure, idempotencyOf, mayCall, statusOf, success, validatorOf } from '@dcms/contract'
import { isStoreAway } from '@dcms/events'
import type { Tenant } from '../store/tenant.ts'
import { type Outcome, type Refused, ServiceUnavailable } from './decision.ts'
import { isBehind, withNewestDefinition } from './definition-version.ts'
import { beginRequest, hashOf, keepAnswer, releaseRequest } from './idempotency.ts'
import { Scope, type ScopeOptions } from './scope.ts'

const RUNS_MAX = 20
const PAUSE_MAX_MS = 25

/** An answer ready to be written to the wire. */
export interface Answer {
  status: number
  body: string
  headers?: Record<string, string>
}

export interface Command {
  readonly endpoint: Endpoint
  run(body: unknown, call: Call): Promise<Answer>
}

/** A call as it came in, apart from its body. */
export type Call = Omit<ScopeOptions, 'now' | 'commandId' | 'hasKey'> & {
  idempotencyKey?: string
  clock: () => Date
  /** Version of the tenant's definition that the caller works with. */
  callersVersion?: number
}

export interface CommandOptions<Request, Result> {
  /**
   * What stands for the body when a repeat is told from another request under the same key. For
   * bodies with values that are encrypted anew each time: the rest of the body and a keyed hash of
   * the clear form. Such values are taken for secrets: under one key only a few are compared. The
   * body itself when absent.
   */
  idempotentAs?: (body: Omit<Request, 'requestId'>, tenant: Tenant) => Promise<object>
  /**
   * Finds what an earlier run of the same command answers in what that one wrote; null where there
   * is nothing, or not all of it. With it only refusals are kept beside the key. For commands that
   * may run once more where their documents remember them no longer.
   */
  answeredBefore?: (input: Request, scope: Scope) => Promise<Result | null>
}

/**
 * Binds an endpoint to its handler. The handler gets the validated body and a scope, and answers,
 * refuses with a code the endpoint lists, or says that it was overtaken, upon which it is run
 * again.
 */
export function command<Request, Result, Code extends ErrorCode>(
  endpoint: Endpoint<Request, Result, Code>,
  handle: (input: Request, scope: Scope) => Promise<Outcome<Result, NoInfer<Code>>>,
  { idempotentAs, answeredBefore }: CommandOptions<NoInfer<Request>, NoInfer<Result>> = {},
): Command {
  const validate = validatorOf<Request & { requestId?: string }>(endpoint.request)
  return {
    endpoint,
    async run(body, call) {
      if (!mayCall(endpoint, call.roles)) return refusal('auth.forbidden')
      const validated = validate(body)
      if (!validated.valid) return inputFault(endpoint, validated.fieldError)
      // Before a stored answer is looked for: the caller of a repeat may be another than that of
      // the first call.
      if (!mayCall(endpoint, call.roles, validated.value)) return refusal('auth.forbidden')
      const { requestId: keyInBody, ...withoutKey } = validated.value
      const key = keyInBody ?? call.idempotencyKey
      const runAs = (commandId: string) => runUntilSettled(handle, validated.value, { ...call, commandId, hasKey: key !== undefined })
      if (key === undefined) return (await runAs(randomUUID())).answer // each call is another command
      const bodyHash = hashOf(idempotentAs ? await idempotentAs(withoutKey, call.tenant) : withoutKey)
      const commandId = hashOf(endpoint.path, key, bodyHash)
      const run = () => runAs(commandId)
      if (idempotencyOf(endpoint, validated.value) !== 'stored') return (await run()).answer
      const findAnswered =
        answeredBefore &&
        (async () => {
          const result = await answeredBefore(validated.value, new Scope({ ...call, now: call.clock(), commandId, hasKey: true }))
          return result === null ? null : answerOf({ kind: 'answer', result })
        })
      return await runOnce(call, `${endpoint.path} ${key}`, { bodyHash, hidesSecret: idempotentAs !== undefined }, { run, findAnswered })
    },
  }
}

interface Settled {
  answer: Answer
  /** Whether a repeat must get the same; not so for "try again" answers. */
  final: boolean
}

interface Runs {
  run: () => Promise<Settled>
  /** What an earlier run wrote, as an answer; where it is left out, answers are kept. */
  findAnswered?: (() => Promise<Answer | null>) | undefined
}

async function runOnce(
  call: Call,
  id: string,
  { bodyHash, hidesSecret }: { bodyHash: string; hidesSecret: boolean },
  { run, findAnswered }: Runs,
): Promise<Answer> {
  const begun = await beginRequest(call.tenant, id, bodyHash, call.clock(), { hidesSecret })
  switch (begun.kind) {
    case 'answered':
      return begun.answer
    case 'conflict':
      return refusal('idempotency.conflict')
    case 'in-progress':
      return (await findAnswered?.()) ?? { ...refusal('idempotency.in.progress'), headers: { 'retry-after': '1' } }
    case 'run':
  }
  try {
    const answered = begun.takenOver && (await findAnswered?.())
    if (answered) return answered
    const { answer, final } = await run()
    if (answer.status === 200 && findAnswered) return answer
    if (final) await keepAnswer(call.tenant, id, answer)
    else await releaseRequest(call.tenant, id, begun.leaseUntil)
    return answer
  } catch (error) {
    // With the store away the key is not given back: its lease ends by itself, and the repeat finds
    // what this run began.
    await releaseRequest(call.tenant, id, begun.leaseUntil).catch((reason: unknown) => {
      if (!isStoreAway(reason)) throw reason
    })
    throw error
  }
}

async function runUntilSettled<Request, Result, Code extends ErrorCode>(
  handle: (input: Request, scope: Scope) => Promise<Outcome<Result, Code>>,
  input: Request,
  options: Call & { commandId: string; hasKey: boolean },
): Promise<Settled> {
  const { tenant, callersVersion } = options
  for (let runs = 1; runs <= RUNS_MAX; runs++) {
    const outcome = await withNewestDefinition({ tenant, callersVersion }, () =>
      handle(input, new Scope({ ...options, now: options.clock() })),
    )
    switch (outcome.kind) {
      case 'answer':
        return { answer: answerOf(outcome), final: true }
      case 'refused':
        return {
          answer: refusalOf(outcome),
          final:
            statusOf(outcome.code) < 500 &&
            outcome.code !== 'concurrent.change' &&
            outcome.retryAfterSeconds === undefined &&
            !isBehind({ tenant, callersVersion }),
        }
      case 'overtaken':
        await sleep(Math.random() * Math.min(PAUSE_MAX_MS, runs * 2))
    }
  }
  return { answer: refusal('concurrent.change'), final: false }
}

/** What a command answers, ready for the wire. */
export const answerOf = ({ result, pagination, headers }: Extract<Outcome<unknown, never>, { kind: 'answer' }>): Answer => ({
  status: 200,
  body: JSON.stringify(success(result, pagination)),
  ...(headers && { headers: { ...headers } }),
})

/**
 * A body that does not fit the schema: the family's own code where it has one, with the dotted code
 * as its reason.
 */
export const inputFault = (endpoint: Endpoint, fieldError: readonly string[]): Answer =>
  refusal(('inputFault' in endpoint && endpoint.inputFault) || 'invalid.input.request', fieldError, 'invalid.input.request')

/** What a command refuses, ready for the wire. */
export const refusalOf = ({ code, fieldError, reasonCode, retryAfterSeconds, result }: Refused<ErrorCode>): Answer =>
  refusal(code, fieldError, reasonCode, retryAfterSeconds, result)

/** The answer that refuses with a code. */
export function refusal(
  code: ErrorCode,
  fieldError?: readonly string[],
  reasonCode?: ErrorCode,
  retryAfterSeconds = code === 'service.unavailable' ? 1 : undefined,
  result?: unknown,
): Answer {
  return {
    status: statusOf(code),
    body: JSON.stringify({ ...failure(code, fieldError, reasonCode), ...(result !== undefined && { result }) }),
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
  }
}

/** The answer to a fault: 503 when something needed is away, otherwise 500 without a hint. */
export const faultAnswer = (error: unknown): Answer =>
  refusal(error instanceof ServiceUnavailable || isStoreAway(error) ? 'service.unavailable' : 'internal.error')
