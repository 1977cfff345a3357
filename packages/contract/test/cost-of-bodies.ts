// What it costs to look at 1 MB of anything: run as a process of its own, so that what is timed is
// what a service does. Prints JSON.
import { publicEndpoints, validatorOf, viewCustomerEndpoint } from '@dcms/contract'
import { type Schema, schemas } from './schemas.ts'

const MB = 1024 * 1024
const USUAL_MAX_MS = 50
/**
 * Of what merely listing 90,000 names takes: on a machine that is slow or shared, that alone may
 * take the 50 ms.
 */
const LISTINGS_MAX = 2
const HEAP_MAX_BYTES = 50 * MB
const TRIES_MAX = 8

/** What the engine itself needs for the dearest of the bodies below; the least of some tries. */
function listingMs(): number {
  const names = hostile['many names']?.() ?? {}
  return Math.min(...Array.from({ length: 5 }, () => cpuMsOf(() => Object.keys(names as object))))
}

function cpuMsOf(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Values of about 1 MB, of every kind that ever was dear to look at. */
const hostile: Readonly<Record<string, () => unknown>> = {
  'empty objects': () => JSON.parse(`[${Array(348_000).fill('{}').join()}]`),
  'empty lists': () => JSON.parse(`[${Array(348_000).fill('[]').join()}]`),
  nulls: () => JSON.parse(`[${Array(200_000).fill('null').join()}]`),
  'lists in lists': () => JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`),
  'objects in objects': () => JSON.parse(`${'{"a":'.repeat(170_000)}0${'}'.repeat(170_000)}`),
  'lists of ten of lists of ten': () => tree(6),
  'one long text': () => 'a'.repeat(MB),
  'one long text of digits': () => '1'.repeat(MB),
  'one long number as text': () => `0.${'0'.repeat(MB)}1`,
  'a text that patterns trip over': () => `${'a-'.repeat(MB / 2)}@`,
  'an address of dots': () => `${'a.'.repeat(MB / 2)}@${'a.'.repeat(10)}`,
  'a text of blanks': () => ' '.repeat(MB),
  'a text of astral signs': () => '🙂'.repeat(MB / 4),
  'many names': () => JSON.parse(`{${Array.from({ length: 90_000 }, (_, name) => `"${name}x":1`).join()}}`),
  'many numbers as names': () => JSON.parse(`{${Array.from({ length: 90_000 }, (_, name) => `"${name * 7}":1`).join()}}`),
  'one name again and again': () => JSON.parse(`{${Array(100_000).fill('"kitNo":"1"').join()}}`),
  'one long name': () => ({ ['n'.repeat(MB)]: 1 }),
  'numbers without end': () => JSON.parse(`[${Array(150_000).fill('1e999').join()}]`),
  'a number of a million digits': () => JSON.parse('9'.repeat(MB)),
  'names of every object': () => JSON.parse(`{${Array(60_000).fill('"__proto__":{}').join()}}`),
}
const tree = (depth: number): unknown => (depth === 0 ? '' : Array.from({ length: 10 }, () => tree(depth - 1)))

/**
 * The value at one place of each kind: as the body, as a text, a list, an object and a number among
 * its members, within elements too.
 */
function placed(schema: Schema, value: () => unknown): (() => unknown)[] {
  const bodies: (() => unknown)[] = [value]
  const kinds = new Set<string>()
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const kind = member.type === undefined ? 'enum' : String(member.type)
    if (kinds.has(kind)) continue
    kinds.add(kind)
    const inside = member.items ? placed(member.items, value).map((body) => () => [body()]) : placed(member, value)
    for (const body of member.items ? [value, ...inside] : inside) bodies.push(() => ({ [name]: body() }))
  }
  const { items, maxItems = 0 } = schema
  if (items) bodies.push(() => Array.from({ length: Math.min(maxItems, 20) }, value))
  return bodies
}

/** Time of this process alone, not of its neighbours on the machine; the least of some tries. */
function costOf(validate: (value: unknown) => unknown, make: () => unknown): { cpuMs: number; heapBytes: number } {
  let least = { cpuMs: Number.POSITIVE_INFINITY, heapBytes: Number.POSITIVE_INFINITY }
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const value = make()
    const heapBefore = process.memoryUsage().heapUsed
    let validated: unknown
    const cpuMs = cpuMsOf(() => {
      validated = validate(value)
    })
    const heapBytes = process.memoryUsage().heapUsed - heapBefore
    if (!validated) throw new Error('no verdict')
    least = { cpuMs: Math.min(least.cpuMs, cpuMs), heapBytes: Math.min(least.heapBytes, heapBytes) }
    if (least.cpuMs <= CPU_MAX_MS && least.heapBytes <= HEAP_MAX_BYTES) break
    globalThis.gc?.()
  }
  return least
}

const CPU_MAX_MS = Math.max(USUAL_MAX_MS, LISTINGS_MAX * listingMs())
const dear: string[] = []
let bodies = 0
function look(what: string, validate: (value: unknown) => unknown, make: () => unknown): void {
  bodies++
  const { cpuMs, heapBytes } = costOf(validate, make)
  if (cpuMs > CPU_MAX_MS || heapBytes > HEAP_MAX_BYTES) dear.push(`${what}: ${Math.round(cpuMs)} ms, ${Math.round(heapBytes / MB)} MB`)
}

for (const [what, make] of Object.entries(hostile)) {
  const value = make() // made once: only looking at it is timed
  for (const [name, schema] of schemas) {
    const validate = validatorOf(schema)
    validate({})
    for (const body of placed(schema as Schema, () => value)) look(`${what}, ${name}`, validate, body)
  }
  look(`${what}, unknown member`, validatorOf(viewCustomerEndpoint.request), () => ({ entityId: 'A', unknown: make() }))
}

const validateRows = validatorOf(publicEndpoints.updateDeliveryStatus.request)
const rows = () => Array.from({ length: 300 }, () => ({ kitNo: Array(1000).fill({}) }))
validateRows(rows())
look('300,000 faults within bounds', validateRows, rows)

process.stdout.write(JSON.stringify({ bodies, dear }))
