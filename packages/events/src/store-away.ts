// One place knows which errors mean that the document store is away: not the fault of the call or
// the event, so both are tried again.

/**
 * Names of driver errors by which no answer came: no server, no connection, none free, or a write
 * that a majority did not confirm.
 */
const AWAY_NAMES = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoServerClosedError',
  'MongoExpiredSessionError',
  'MongoOperationTimeoutError',
  'MongoStalePrimaryError',
  'MongoWriteConcernError',
])

/**
 * Codes by which a server says that it, or a member behind a mongos, cannot serve just now
 * (MongoDB's `error_codes.yml`).
 */
const AWAY_CODES = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  63, // StaleShardVersion
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  262, // ExceededTimeLimit
  317, // ConnectionPoolExpired
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
])

/** By these the server or the driver says the same, whatever the code. */
const AWAY_LABELS = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError', 'PoolRequestedRetry', 'ResetPool', 'HandshakeError']

/**
 * FerretDB says so of whatever has no code of MongoDB's, of a PostgreSQL behind it that is away as
 * of a fault: only the words differ.
 */
const FERRETDB_INTERNAL = 1
/**
 * What PostgreSQL, or the connection to it, says when it stops, starts or has gone. Before it
 * FerretDB names the places it came by.
 */
const POSTGRES_AWAY = [
  /(?:^|: )failed to connect to `/, // gone, full or still starting: the rest says which
  /(?:^|: )terminating connection (?:due to|because of) /, // 57P01, 57P02: stopped, or another of its processes crashed
  /(?:^|: )the database system is (?:shutting down|starting up|in recovery mode|not (?:yet )?accepting connections)/, // 57P03
  /(?:^|: )(?:read|write) (?:unix|tcp) .*: (?:(?:read|write): (?:broken pipe|connection reset by peer)|use of closed network connection)$/,
  /(?:^|: )(?:unexpected EOF|conn closed)$/,
]

const CAUSES_MAX = 4

/**
 * Whether an error says that the document store is away: no connection, an election, a shutdown, a
 * write that was not confirmed. A write may have been done all the same, so whoever tries again
 * must take a repeat.
 */
export function isStoreAway(error: unknown): boolean {
  let each = error
  for (let depth = 0; depth < CAUSES_MAX && each instanceof Error; depth++) {
    if (saysAway(each)) return true
    each = each.cause ?? memberOf(each, 'errorResponse') // the error of the driver that a bulk write met
  }
  return false
}

function saysAway(error: Error): boolean {
  if (AWAY_NAMES.has(error.name)) return true
  // Mongoose waits for a first connection and then says so in words only.
  if (error.name === 'MongooseError') return error.message.includes('buffering timed out')
  // Numbers of others mean something else: a DOMException has a `code` too.
  if (!error.name.startsWith('Mongo')) return false
  const labels: unknown = 'errorLabels' in error ? error.errorLabels : []
  if (Array.isArray(labels) && AWAY_LABELS.some((label) => labels.includes(label))) return true
  const codes = codesOf(error)
  if (codes.includes(FERRETDB_INTERNAL) && POSTGRES_AWAY.some((words) => words.test(error.message))) return true
  return codes.some((code) => AWAY_CODES.has(code))
}

/**
 * The error's own code, and those of a write concern that was not met beside writes that were done.
 */
function codesOf(error: Error): number[] {
  const { code, err, result } = error as Error & { code?: unknown; err?: unknown; result?: unknown }
  const concern = memberOf(result, 'writeConcernError') ?? concernOf(result)
  return [code, memberOf(err, 'code'), memberOf(concern, 'code')].filter((each) => typeof each === 'number')
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

function concernOf(result: unknown): unknown {
  const read = memberOf(result, 'getWriteConcernError')
  return typeof read === 'function' ? read.call(result) : undefined
}
