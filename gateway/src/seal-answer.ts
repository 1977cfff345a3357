// Step 6, seal: the answer goes back the way the request came, sealed to the bank's key or under the session's, or clear.
import { statusOf } from '@dcms/contract'
import { sealOneShot, sealSession } from '@dcms/sealing'
import { JOSE_TYPE, JSON_TYPE, refusalBody, writeAnswer } from './answer.ts'
import type { Exchange, Refusal } from './exchange.ts'

/**
 * Answers with JSON in the mode the request asked for. `irt` in the protected header is the request's `jti`, so that answers cannot be swapped.
 * @param headers further headers as name, value, name, value …
 */
export function sealAnswer(exchange: Exchange, status: number, headers: readonly string[], body: Buffer): void {
  const { reply } = exchange
  switch (reply.mode) {
    case 'clear':
      writeAnswer(exchange, status, JSON_TYPE, headers, body)
      return
    case 'one-shot':
      writeAnswer(exchange, status, JOSE_TYPE, headers, sealOneShot(body, reply.key, reply.irt === undefined ? {} : { irt: reply.irt }))
      return
    case 'session': {
      const { session, irt } = reply
      writeAnswer(exchange, status, JOSE_TYPE, headers, sealSession(body, session.keys.answerKey, session.ticket, { irt }))
    }
  }
}

/** Refuses in the mode the request asked for: what is said from step 5 on. */
export function sealRefusal(exchange: Exchange, refusal: Refusal): void {
  exchange.errorCode = refusal.code
  sealAnswer(exchange, statusOf(refusal.code), refusal.headers, refusalBody(refusal))
}
