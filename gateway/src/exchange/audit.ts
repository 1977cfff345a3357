// What the audit trail keeps of an exchange.
import type { Noted } from '@dcms/service'
import type { CallerAddresses } from './caller-address.ts'
import type { Exchange } from './exchange.ts'

const PATH_LENGTH_MAX = 100

/** Who did what, with which outcome. Never a body, a token or a card number. */
export const auditOf = (exchange: Exchange, status: number, addresses: CallerAddresses): Noted => ({
  timeMs: exchange.nowMs,
  requestId: exchange.requestId,
  tenant: exchange.tenantId,
  user: exchange.username,
  method: exchange.request.method ?? '',
  path: exchange.auditPath,
  status,
  errorCode: exchange.errorCode,
  durationMs: performance.now() - exchange.startedMs,
  remote: addresses.of(exchange.request),
})

/**
 * An unknown path for the audit: cut, and without runs of digits, for callers do put card numbers
 * into paths.
 */
export const maskedPath = (path: string): string => path.slice(0, PATH_LENGTH_MAX).replace(/\d{6,}/g, 'XXXXXX')
