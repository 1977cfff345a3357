// The gauge of card numbers that are left per BIN, so that a bank adds another one in time.
import type { Foundations, Tenant } from '@dcms/service'
import { Gauge } from 'prom-client'
import type { CardNumbering } from './number-cards.ts'

/** However often metrics are read, the store is asked at most so often. */
const ASKED_EVERY_MS = 60_000

/**
 * Shows at each read of the metrics what was counted last, and counts anew in the background: the
 * store may be away.
 */
export function gaugeNumbersLeft(
  numbering: Pick<CardNumbering, 'left'>,
  tenants: () => readonly Tenant[],
  logger: Foundations['logger'],
): void {
  let askedAt = 0
  const gauge: Gauge<'tenant' | 'bin'> = new Gauge({
    name: 'dcms_card_numbers_left',
    help: 'Card numbers of a BIN that no process has taken yet',
    labelNames: ['tenant', 'bin'],
    collect() {
      if (Date.now() - askedAt < ASKED_EVERY_MS) return
      askedAt = Date.now()
      void numbering
        .left(tenants())
        .then((counted) => {
          gauge.reset()
          for (const { tenant, bin, left } of counted) gauge.set({ tenant, bin }, left)
        })
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'remaining card numbers could not be counted; the next read of the metrics will try again'),
        )
    },
  })
}
