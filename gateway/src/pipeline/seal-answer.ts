// Step 6, seal: the answer goes back the way the request came, sealed to the bank's key or under
// the session's, or clear.
import { statusOf } from '@dcms/contract'
import { sealOneShot, sealSession } from '@dcms/sealing'
import { refusalBody, writeAnswer } from '../exchange/answer.ts'
import { inAcceptedForm } from '../exchange/error-form.ts'
import type { Exchange, Refusal } from '../exchange/exchange.ts'
import { JOSE_TYPE } from '../exchange/media-types.ts'

/**
 * Answers with JSON in the mode the request asked for. `irt` in the protected header is the
 * request's `jti`, so that answers cannot be swapped.
 * @param headers further headers as name, value, name, value …
 */
export function sealAnswer(exchange: Exchange, status: number, headers: readonly string[], envelope: Buffer): void {
  const { reply } = exchange
  const { type, body } = inAcceptedForm(exchange, status, envelope)
  switch (reply.mode) {
    case 'clear':
      writeAnswer(exchange, status, type, headers, body)
      return
    case 'one-shot': {
      const { key, irt } = reply
      writeAnswer(exchange, status, JOSE_TYPE, headers, sealOneShot(body, key, irt === undefined ? { cty: type } : { cty: type, irt }))
      return
    }
    case 'session': {
      const { session, irt } = reply
      writeAnswer(exchange, status, JOSE_TYPE, headers, sealSession(body, session.keys.answerKey, session.ticket, { cty: type, irt }))
    }
  }
}

/** Refuses in the mode the request asked for: what is said from step 5 on. */
export function sealRefusal(exchange: Exchange, refusal: Refusal): void {
  exchange.errorCode = refusal.code
  sealAnswer(exchange, statusOf(refusal.code), refusal.headers, refusalBody(refusal))
}
