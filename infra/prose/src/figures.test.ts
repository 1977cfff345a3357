// Whether the figures in prose are those of the code: what the contract counts, and limits that
// named constants give.
import { publicEndpointList } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { documents, sources, textOf } from './files.ts'

const proseOf = (document: string): string => textOf(document).replace(/\s+/g, ' ')
/**
 * What was is told by the changelog, by decisions and by the list of mended faults, with the
 * figures of then.
 */
const isOfNow = (document: string): boolean =>
  !['CHANGELOG.md', 'infra/chaos/FAULTS.md'].includes(document) && !document.startsWith('docs/decisions/')

test.each(documents.filter(isOfNow))('%s counts the endpoints as the contract does', (document) => {
  const counts = [...proseOf(document).matchAll(/\b(\d+) endpoints\b|endpoints are the (\d+)\b/g)].map(([, one, other]) =>
    Number(one ?? other),
  )
  expect(counts.filter((count) => count !== publicEndpointList.length)).toEqual([])
})

test('the families of endpoints are counted and named as they are', () => {
  const [, count, names = ''] =
    /endpoints are in (\w+) families, a folder each: ([a-z, -]+?(?: and [a-z-]+)?)[.;:]/.exec(proseOf('packages/contract/README.md')) ?? []
  const families = sources.flatMap((source) => /^packages\/contract\/src\/([a-z-]+)\/endpoints\.ts$/.exec(source)?.[1] ?? [])
  expect({ count, names: names.split(/, | and /).toSorted() }).toEqual({ count: 'twelve', names: families.toSorted() })
  expect(families).toHaveLength(12)
})

test.each(documents.filter(isOfNow))('%s counts no tests and no steps of the demo, which change from day to day', (document) => {
  expect(proseOf(document).match(/\b\d[\d,]* (?:tests|steps|files of tests)\b/g) ?? []).toEqual([])
})

const S = 1_000
const MINUTE = 60 * S
const HOUR = 60 * MINUTE

/**
 * What prose says, the constant that decides, and what one of the prose's units is in the
 * constant's.
 */
const limits: [document: string, says: string, part: string, file: string, constant: string, unit?: number][] = [
  ['docs/architecture/commands.md', 'decides again, up to 20 times', 'packages/service', 'command.ts', 'RUNS_MAX'],
  ['docs/architecture/commands.md', 'first answer, for 24 hours', 'packages/service', 'idempotency.ts', 'KEPT_S', 3_600],
  ['docs/architecture/commands.md', 'holds a lease of 5 s', 'packages/service', 'idempotency.ts', 'LEASE_MS', S],
  ['docs/architecture/commands.md', 'last eight command ids', 'packages/service', 'scope.ts', 'COMMAND_IDS_KEPT'],
  ['docs/architecture/commands.md', 'the sweep every 3 s', 'services/customer', 'finish-issuings.ts', 'SWEPT_EVERY_MS', S],
  ['docs/architecture/commands.md', 'At most 20 issues of one customer', 'services/customer', 'register-card.ts', 'ISSUINGS_MAX'],
  ['docs/architecture/commands.md', 'nobody confirms within ten minutes', 'services/kit', 'make-kit.ts', 'RESERVED_FOR_MS', MINUTE],
  [
    'docs/architecture/commands.md',
    'pauses that double, up to 15 minutes',
    'services/customer',
    'finish-issuings.ts',
    'PAUSE_MAX_MS',
    MINUTE,
  ],
  [
    'docs/architecture/commands.md',
    'After two hours it is left to a person',
    'services/customer',
    'finish-issuings.ts',
    'STUCK_AFTER_MS',
    HOUR,
  ],
  ['docs/architecture/events.md', 'At 200 waiting events in one document', 'packages/service', 'scope.ts', 'WAITING_EVENTS_MAX'],
  ['docs/architecture/events.md', 'tried again every ten minutes', 'packages/events', 'aside-lane.ts', 'REFUSED_AGAIN_MS', MINUTE],
  ['docs/architecture/events.md', 'most 500 events are parked', 'packages/events', 'apply-in-order.ts', 'PARKED_MAX'],
  ['docs/architecture/events.md', 'is away three times in a row', 'packages/events', 'tenant-gates.ts', 'FAILURES_TO_CLOSE'],
  ['docs/architecture/events.md', 'four aggregates of a bank at a time', 'packages/events', 'set-aside-drain.ts', 'PER_TENANT_AT_ONCE'],
  ['docs/architecture/events.md', 'An event that has failed five times', 'packages/events', 'set-aside-drain.ts', 'FAILURES_MAX'],
  ['docs/architecture/events.md', 'does not move for two minutes', 'packages/events', 'keep-alive.ts', 'STILL_MAX_MS', MINUTE],
  ['docs/architecture/events.md', 'over the internal API (2 s time-out)', 'packages/service', 'internal-client.ts', 'TIMEOUT_MS', S],
  ['docs/architecture/gateway.md', '`iat` more than 300 s', 'gateway', 'replay-guard.ts', 'IAT_TOLERANCE_SECONDS'],
  ['docs/architecture/gateway.md', 'Ten seconds without an answer', 'gateway', 'upstream.ts', 'CALL_MS_MAX', S],
  ['docs/architecture/gateway.md', 'ten failures of one user **from one source**', 'gateway', 'login-throttle.ts', 'FAILURES_MAX'],
  ['docs/architecture/gateway.md', 'within 15 minutes stop further tries', 'gateway', 'login-throttle.ts', 'WINDOW_MS', MINUTE],
  ['docs/architecture/gateway.md', 'Sources of the last 30 days', 'gateway', 'database.ts', 'KNOWN_FOR_MS', 24 * HOUR],
  ['docs/architecture/operators.md', 'While Kafka is away 50,000 records', 'packages/service', 'audit-log.ts', 'KEPT_MAX'],
  ['docs/architecture/tenants.md', 'A definition above 900 KB', 'gateway', 'apply-tenant.ts', 'PUBLISHED_BYTES_MAX', 1_024],
  ['docs/architecture/banks-apart.md', 'At a start eight banks', 'packages/service', 'tenants.ts', 'AT_ONCE_MAX'],
  ['docs/architecture/banks-apart.md', "the gateway's 128 connections", 'gateway', 'upstream.ts', 'CONNECTIONS_MAX'],
  ['docs/architecture/banks-apart.md', 'the 96 calls', 'packages/service', 'routes.ts', 'CALLS_MAX'],
  [
    'docs/architecture/banks-apart.md',
    'the 128 connections to another service',
    'packages/service',
    'internal-client.ts',
    'CONNECTIONS_MAX',
  ],
  ['docs/architecture/banks-apart.md', 'the 64 to a partner', 'packages/service', 'partner-client.ts', 'CALLS_MAX'],
  ['docs/architecture/banks-apart.md', 'Each service has 120 connections', 'packages/service', 'store.ts', 'POOL_MAX'],
  ['docs/architecture/partners.md', 'after five faults in a row', 'packages/service', 'circuit.ts', 'FAILURES_MAX'],
  ['docs/architecture/jobs.md', 'keeps the last 20 runs', 'packages/service', 'jobs.ts', 'RUNS_KEPT'],
  ['docs/architecture/jobs.md', "A job's lease lasts 30 s", 'packages/service', 'jobs.ts', 'LEASE_MS', S],
  ['docs/architecture/card-data.md', 'at most five times per card and hour', 'services/kit', 'get-cvv.ts', 'READS_MAX'],
  ['docs/architecture/card-data.md', 'ten-thousandth of what is left, 1,000 at most', 'services/kit', 'number-cards.ts', 'BLOCK_MAX'],
  ['docs/rules.md', 'five times an hour', 'services/kit', 'get-cvv.ts', 'READS_MAX'],
  ['docs/rules.md', 'may be shown for 120 seconds', 'services/kit', 'get-cvv.ts', 'SHOWN_FOR_S'],
  ['docs/rules.md', 'One user reads 1,000 an hour', 'services/kit', 'limit-reveals.ts', 'READS_PER_USER_MAX'],
  ['docs/rules.md', 'one bank 5,000', 'services/kit', 'limit-reveals.ts', 'READS_PER_BANK_MAX'],
  ['docs/rules.md', 'Ten failures per mobile number', 'services/pin-preference', 'limit-failures.ts', 'FAILURES_MAX'],
  ['docs/rules.md', 'or a hundred per last', 'services/pin-preference', 'limit-failures.ts', 'FAILURES_OF_ENDING_MAX'],
  ['docs/rules.md', 'customer within 15 minutes', 'services/pin-preference', 'limit-failures.ts', 'WINDOW_MS', MINUTE],
  ['docs/rules.md', 'one answer for 24 hours', 'packages/service', 'idempotency.ts', 'KEPT_S', 3_600],
]

test.each(limits)('%s: "%s"', (document, says, part, file, constant, unit = 1) => {
  expect(proseOf(document)).toContain(says)
  expect(figureOf(says) * unit).toBe(constantOf(part, file, constant))
})

const words = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const figures = new Map([...words.map((word, index): [string, number] => [word, index + 2]), ['hundred', 100]])

/** The last figure of a phrase. */
function figureOf(says: string): number {
  const [figure = ''] =
    says
      .toLowerCase()
      .match(new RegExp(`(?<![\\w/-])(?:\\d[\\d,]*|${[...figures.keys()].join('|')})(?![\\w-])`, 'g'))
      ?.slice(-1) ?? []
  return figures.get(figure) ?? Number(figure.replaceAll(',', ''))
}

/** A constant as the source says it: a product of numbers and of other constants of the file. */
function constantOf(part: string, file: string, constant: string): number {
  const [source, ...others] = sources.filter((each) => each.startsWith(`${part}/`) && each.endsWith(`/${file}`))
  if (source === undefined || others.length > 0) throw new Error(`${part} has no one file ${file}`)
  const [, factors] = new RegExp(`^(?:export )?const ${constant} = ([\\w* ]+)`, 'm').exec(textOf(source)) ?? []
  if (factors === undefined) throw new Error(`${source} does not say what ${constant} is`)
  return factors
    .split('*')
    .map((factor) => factor.trim())
    .map((factor) => (/^\d/.test(factor) ? Number(factor.replaceAll('_', '')) : constantOf(part, file, factor)))
    .reduce((product, factor) => product * factor, 1)
}
