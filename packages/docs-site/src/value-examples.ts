// Values that are taken and values that are refused, by their rules: the table of the guide, each
// of them tried by a test.
import type { publicEndpoints } from '@dcms/contract'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'

export interface ValueExamples {
  readonly what: string
  readonly rule: string
  /** The call whose example body has the member, and the way to it. */
  readonly call: keyof typeof publicEndpoints
  readonly member: readonly (string | number)[]
  readonly taken: readonly unknown[]
  readonly refused: readonly unknown[]
}

export const valueExamples: readonly ValueExamples[] = [
  {
    what: 'Free text',
    rule: 'Well-formed Unicode in any script, without control characters, line breaks and direction overrides; not blank where required',
    call: 'register',
    member: ['firstName'],
    taken: ['Asha', 'आशा', 'O’Brien'],
    refused: ['', ' ', 'Asha\nRao', 'Asha\u202eRao', 'A\ud83d'],
  },
  {
    what: 'Embossed name (<code>aliasName</code>)',
    rule: "A–Z, digits, blank and <code>. ' - /</code>, 26 at most, with a letter; small letters become capitals. Twelve digits or more read as a card number",
    call: 'register',
    member: ['kitInfo', 0, 'aliasName'],
    taken: ['ASHA RAO', "asha o'brien"],
    refused: ['आशा', 'ASHA_RAO', '42', 'A 6080 4012 3456'],
  },
  {
    what: 'Postal code',
    rule: 'In India six digits, the first not 0. Elsewhere 3 to 12 letters, digits, blanks and hyphens',
    call: 'register',
    member: ['addressInfo', 0, 'pincode'],
    taken: ['600032', 600032],
    refused: ['60003', '600 032', '060032'],
  },
  {
    what: 'E-mail address',
    rule: '<code>name@domain</code>: the name in ASCII, 64 characters at most; the domain in any script',
    call: 'register',
    member: ['communicationInfo', 0, 'emailId'],
    taken: ['asha@example.com', 'asha@bücher.example'],
    refused: ['asha@example', 'आशा@example.com', 'asha example.com'],
  },
  {
    what: 'Mobile number',
    rule: '8 to 15 digits, a <code>+</code> before them or not; <code>+91</code>, <code>0091</code>, <code>91</code> and <code>0</code> before ten digits make no difference',
    call: 'validateCard',
    member: ['mobileNo'],
    taken: ['9876543210', '+919876543210', 9876543210],
    refused: ['98765 43210', '98765'],
  },
  {
    what: 'Day',
    rule: '<code>YYYY-MM-DD</code>, a day that the calendar has',
    call: 'register',
    member: ['dob'],
    taken: ['1978-06-01', '2000-02-29'],
    refused: ['01-06-1978', '1978-6-1', '1999-02-29'],
  },
  {
    what: 'Expiry of a card',
    rule: '<code>MMYY</code> with a real month; a number gets its leading zero back',
    call: 'setPin',
    member: ['expiryDate'],
    taken: ['0729', 729],
    refused: ['1329', '07/29', '072029'],
  },
  {
    what: 'Customer (<code>entityId</code>)',
    rule: 'Up to 64 letters, digits and <code>. _ @ -</code>; a number is taken for its digits',
    call: 'viewCustomer',
    member: ['entityId'],
    taken: ['675676', 675676, 'cust_1@branch'],
    refused: ['675 676', '', -1],
  },
  {
    what: 'Kit number',
    rule: 'Up to 20 capital letters and digits; a number is taken for its digits',
    call: 'kitTracking',
    member: ['kitNo'],
    taken: ['4240181647', 4240181647],
    refused: ['4240-181647', 'kit1'],
  },
  {
    what: 'Account number',
    rule: 'Up to 34 letters and digits; a number only while it is exact (below 2<sup>53</sup>)',
    call: 'fetchKitsByAccountNo',
    member: ['accountNo'],
    taken: ['221000182316', 221000182316, '007'],
    refused: [9007199254740992, 1.5, '221-000'],
  },
  {
    what: 'Limit of a card',
    rule: 'Whole rupees, text or number, without leading zeros',
    call: 'setPreference',
    member: ['domestic', 'pos', 'dailyLimit'],
    taken: ['20000', 20000, '0'],
    refused: ['20000.00', '20,000', '020000', -1],
  },
  {
    what: 'Switch',
    rule: '<code>true</code> or <code>false</code>, no text and no number',
    call: 'setPreference',
    member: ['domestic', 'isEnabled'],
    taken: [true, false],
    refused: ['true', 1, null],
  },
  {
    what: 'Word of a list',
    rule: 'As the reference writes it, capitals included',
    call: 'manageKit',
    member: ['operation'],
    taken: ['LOCK'],
    refused: ['lock', ' LOCK', 'FREEZE'],
  },
  {
    what: 'Idempotency key (<code>requestId</code>)',
    rule: '1 to 100 visible ASCII characters',
    call: 'registerCard',
    member: ['requestId'],
    taken: ['8f14e45f-ceea-467f-a8f2-9e2b0c1d7a55'],
    refused: ['', 'order 7', 'k'.repeat(101)],
  },
]

/** Columns: value, rule, taken, refused. HTML. */
export const valueTable = (): string =>
  tableOf(
    ['Value', 'Rule', 'Taken', 'Refused'],
    valueExamples.map(({ what, rule, taken, refused }) => [what, rule, listed(taken), listed(refused)]),
  )

const LONGEST_SHOWN = 40
const listed = (values: readonly unknown[]): string => values.map(shown).join(' ')

/** As JSON, with escapes for what cannot be seen. */
function shown(value: unknown): string {
  const json = JSON.stringify(value).replace(/[\u2028-\u202e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`)
  return json.length > LONGEST_SHOWN ? `<i>${json.length - 2} characters</i>` : `<code>${escapeHtml(json)}</code>`
}
