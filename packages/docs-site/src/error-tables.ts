// The error catalogue as tables, with what a client does about each code.
import { type ErrorCode, errorCatalogue, families, isErrorCode, publicEndpointList } from '@dcms/contract'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'

/** Codes that any call may meet, by the first word of the code. */
const doorWords = [
  'tenant',
  'auth',
  'encryption',
  'path',
  'method',
  'content',
  'request',
  'rate',
  'idempotency',
  'concurrent',
  'endpoint',
  'service',
  'internal',
  'invalid.input',
]

/** What to do, for codes where the status alone does not tell. */
const remedies: Partial<Record<ErrorCode, string>> = {
  'auth.token.missing': 'Log in, then repeat',
  'auth.token.invalid': 'Log in again, then repeat once',
  'auth.token.expired': 'Log in again, then repeat once',
  'encryption.key.not.found': 'Read the key set again or open a new session, then repeat once',
  'encryption.timestamp.invalid': 'Set the clock by the <code>Date</code> header, seal anew, repeat once',
  'encryption.replayed': 'Was the first copy answered? If not, seal anew with a fresh <code>jti</code> and the same <code>requestId</code>',
  'idempotency.in.progress': 'Repeat after <code>Retry-After</code>, same key and body',
  'concurrent.change': 'Repeat with the same key, after a pause',
  'request.timeout': 'Repeat with the same key',
  'rate.limit.exceeded': 'Repeat after <code>Retry-After</code>',
  'service.unavailable': 'Repeat after <code>Retry-After</code>, same key',
  'service.timeout': 'Outcome unknown: repeat with the same key',
  'endpoint.not.available': 'Do not repeat: wait for a release that has it',
  'internal.error': 'Outcome unknown: repeat with the same key, three tries at most',
}
const NO_REPEAT = 'Do not repeat'

/** What a client does when it gets the code. HTML. */
export const remedyOf = (code: ErrorCode): string =>
  remedies[code] ?? (errorCatalogue[code].status >= 502 ? 'Repeat with the same key after some minutes' : NO_REPEAT)

const allCodes = Object.keys(errorCatalogue).filter(isErrorCode)
const isDoor = (code: ErrorCode): boolean => doorWords.some((word) => code.startsWith(`${word}.`))

/** The codes that any call may meet. */
export const doorErrorTable = (): string => tableFor(allCodes.filter(isDoor), false)

/** The codes of single families of calls. */
export const businessErrorTable = (): string =>
  tableFor(
    allCodes.filter((code) => !isDoor(code)),
    true,
  )

function tableFor(codes: readonly ErrorCode[], withFamilies: boolean): string {
  const rows = codes.map((code) => {
    const { status, reasonCode, when } = errorCatalogue[code]
    const reason = reasonCode === undefined ? '' : `<br><small>${escapeHtml(reasonCode)}</small>`
    const remedy = remedyOf(code)
    const last = withFamilies ? `${escapeHtml(familiesOf(code))}${remedy === NO_REPEAT ? '' : `<br>${remedy}`}` : remedy
    return [`<code id="${escapeHtml(code)}">${escapeHtml(code)}</code>${reason}`, String(status), escapeHtml(when), last]
  })
  return tableOf(['Code', 'HTTP', 'When', withFamilies ? 'Calls' : 'What to do'], rows)
}

function familiesOf(code: ErrorCode): string {
  const named = new Set(publicEndpointList.filter(({ errors }) => errors.includes(code)).map(({ family }) => families[family]))
  return named.size === 0 ? 'No call of this release' : [...named].join(', ')
}
