// The operators' routes for a tenant's keys: `dcms keys …`. Answers and log lines tell key check
// values, never a key.
import { CardCryptoError, type Hsm, type KeyView, type Officer } from '@dcms/card-crypto'
import {
  type AddKeyComponent,
  addKeyComponentEndpoint,
  type ComponentShown,
  type CreateKey,
  createKeyEndpoint,
  type ErrorCode,
  type ExportKey,
  exportKeyBlockEndpoint,
  failure,
  type ImportKeyBlock,
  importKeyBlockEndpoint,
  type KeyPurposeName,
  type KeyShown,
  type ListKeys,
  listKeysEndpoint,
  type RotateKey,
  rotateKeyEndpoint,
  statusOf,
  success,
  validatorOf,
} from '@dcms/contract'
import type { Express, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { contextVerifier } from '../callers/context-token.ts'
import type { Tenants } from '../store/tenants.ts'
import { express } from '../when-needed.ts'

const KEY_BODY_MAX = '4kb'

/** Refusals of the HSM that an operator can do something about; anything else is a fault. */
const refusals = [
  'dual.control',
  'key.exists',
  'key.block.invalid',
  'key.invalid',
  'key.purpose.refused',
  'key.not.found',
  'key.version.exhausted',
] as const

/** What a key operation did, as the log tells it beside tenant and operator. */
interface Done<Result> {
  result: Result
  /** Absent for what changes and hands out nothing. */
  told?: { purpose: KeyPurposeName; version?: number; kcv?: string; component?: number; waits?: boolean }
}

/**
 * Adds the routes for the purposes that this context holds. Each operation leaves one line in the
 * log: what was done to which key by which operator (the user of the context token).
 */
export const keyRoutes =
  (hsm: Hsm, purposes: readonly KeyPurposeName[]) =>
  (app: Express, verify: ReturnType<typeof contextVerifier>, tenants: Tenants, logger: Logger, touched: (tenant: string) => void): void => {
    const route = <Request extends { tenant: string; purpose?: KeyPurposeName }, Result>(
      { name, path, request: schema }: { name: string; path: string; request: object },
      run: (request: Request, officer: Officer) => Promise<Done<Result>>,
    ): void => {
      const validate = validatorOf<Request>(schema)
      const handle: RequestHandler = async (request, response) => {
        const context = verify(request.get('x-dcms-context'))
        if (context?.caller !== 'ops') return refuse(response, 'auth.token.invalid')
        const validated = validate(request.body)
        if (!validated.valid) return refuse(response, 'invalid.input.request', validated.fieldError)
        const { tenant, purpose } = validated.value
        if (!tenants.isKnown(tenant)) return refuse(response, 'tenant.not.found')
        if (purpose !== undefined && !purposes.includes(purpose))
          return refuse(response, 'invalid.input.request', [`purpose must be one of ${purposes.join(', ')} here`])
        const line = { operation: name, tenant, operator: context.user }
        try {
          const { result, told } = await run(validated.value, {
            officer: context.user,
            ...(context.operatorKey && { officerKey: context.operatorKey }),
          })
          if (told) logger.info({ ...line, ...told }, 'key operation')
          response.json(success(result))
        } catch (error) {
          const code = refusalOf(error)
          if (!code) throw error
          logger.warn({ ...line, ...(purpose && { purpose }), refused: code }, 'key operation refused')
          refuse(response, code, [error instanceof Error ? error.message : code])
        }
      }
      app.post(path, express().json({ limit: KEY_BODY_MAX }), handle)
    }
    addChangingRoutes(route, hsm, touched)
    addReadingRoutes(route, hsm)
  }

type Route = <Request extends { tenant: string; purpose?: KeyPurposeName }, Result>(
  endpoint: { name: string; path: string; request: object },
  run: (request: Request, officer: Officer) => Promise<Done<Result>>,
) => void

function addChangingRoutes(route: Route, hsm: Hsm, touched: (tenant: string) => void): void {
  route(createKeyEndpoint, async ({ tenant, purpose }: CreateKey) => done(await hsm.createKey(tenant, purpose)))
  route(importKeyBlockEndpoint, async ({ tenant, purpose, keyBlock }: ImportKeyBlock) =>
    done(await hsm.importKeyBlock(tenant, purpose, keyBlock)),
  )
  route(rotateKeyEndpoint, async ({ tenant, purpose }: RotateKey) => {
    const rotated = await hsm.rotateKey(tenant, purpose)
    touched(tenant) // what stands under the version before is brought forward by sweeps
    return done(rotated)
  })
  route(addKeyComponentEndpoint, async ({ tenant, purpose, number, component }: AddKeyComponent, officer) => {
    const bytes = Buffer.from(component, 'base64')
    try {
      const { componentKcv, key } = await hsm.addKeyComponent(tenant, purpose, { number, bytes, ...officer })
      return {
        result: { componentKcv, ...(key && { key: shown(key) }) },
        told: { purpose, component: number, ...(key && { version: key.version, kcv: key.kcv }) },
      }
    } finally {
      bytes.fill(0)
    }
  })
}

function addReadingRoutes(route: Route, hsm: Hsm): void {
  route(exportKeyBlockEndpoint, async ({ tenant, purpose }: ExportKey, officer) => {
    const keyBlock = await hsm.exportKeyBlock(tenant, purpose, officer)
    const newest = (await hsm.listKeys(tenant)).filter((key) => key.purpose === purpose).reduce((a, b) => (b.version > a.version ? b : a))
    const told = { purpose, version: newest.version, kcv: newest.kcv, ...(keyBlock === null && { waits: true }) }
    return { result: { ...shown(newest), ...(keyBlock !== null && { keyBlock }) }, told }
  })
  route(listKeysEndpoint, async ({ tenant }: ListKeys) => {
    const [keys, waiting] = await Promise.all([hsm.listKeys(tenant), hsm.pendingComponents(tenant)])
    const components: ComponentShown[] = waiting.map(({ purpose, number, officer, componentKcv, createdAt }) => ({
      purpose,
      number,
      officer,
      componentKcv,
      createdAt: createdAt.toISOString(),
    }))
    return { result: { keys: keys.map(shown), waiting: components } }
  })
}

/** Named members only: whatever an HSM adds to a view stays inside. */
const shown = ({ purpose, version, kcv, algorithm, createdAt }: KeyView): KeyShown => ({
  purpose,
  version,
  kcv,
  algorithm,
  createdAt: createdAt.toISOString(),
})

const done = (key: KeyView): Done<KeyShown> => ({
  result: shown(key),
  told: { purpose: key.purpose, version: key.version, kcv: key.kcv },
})

const refusalOf = (error: unknown): ErrorCode | undefined =>
  error instanceof CardCryptoError ? refusals.find((code) => code === error.code) : undefined

const refuse = (response: Response, code: ErrorCode, fieldError?: readonly string[]): void =>
  void response.status(statusOf(code)).json(failure(code, fieldError))
