// The codec bench: a purchase with PIN and chip decoded and encoded again by packages/iso8583, in
// each form that networks write; in this process, one message after the other.
import {
  asciiBinaryDialect,
  asciiDialect,
  type DialectSettings,
  decode,
  dialectOf,
  encode,
  FrameReader,
  frame,
  type Message,
  packedDialect,
} from '@dcms/iso8583'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { versionsOf } from './machine.ts'
import { comparisonRow, type Row } from './report.ts'
import { spreadOf } from './statistics.ts'

/** Messages a second: far above what a bank's cards send, so that the codec is never what waits. */
const RATE_AIM = 50_000
const BATCH_SECONDS: Record<Size, number> = { full: 0.1, tiny: 0.02 }
const WARM_UP_SECONDS: Record<Size, number> = { full: 1.5, tiny: 0.1 }
const BATCHES_MIN = 5
const AT_ONCE = 100

const purchase: Message = {
  mti: '0200',
  fields: {
    ...{ 2: '6080400000000006', 3: '000000', 4: '000000010000', 6: '000000010000', 7: '0313171929', 11: '123456', 12: '224929' },
    ...{
      13: '0313',
      14: '2907',
      18: '5541',
      19: '356',
      22: '051',
      23: '001',
      25: '00',
      32: '607152',
      35: '6080400000000006=29072200000012300',
    },
    ...{ 37: '407317123456', 41: '1148340A', 42: '0510751A0000009', 43: 'SARWAN SERVICE STATION LUDHIANA PBIN    ' },
    ...{ 48: '08200201', 49: '356', 51: '356', 52: '0123456789ABCDEF', 90: '0'.repeat(42) },
    55: '9F2608AABBCCDDEEFF00119F2701809F10120110A0000F040000000000000000000000FF9F3704112233449F36020001950500000480009A03260313',
  },
}

interface Step {
  name: string
  /** Takes so many messages through it. */
  run(count: number): void
}

function codecStep(name: string, settings: DialectSettings): Step {
  const dialect = dialectOf(settings)
  const bytes = encode(purchase, dialect)
  if (!encode(decode(bytes, dialect), dialect).equals(bytes)) throw new Error(`${name}: the message does not come back`)
  return {
    name: `${name}: decode + encode`,
    run: (count) => {
      for (let done = 0; done < count; done++) encode(decode(bytes, dialect), dialect)
    },
  }
}

/** The same with the length in front, as a connection brings it: many messages in a chunk. */
function streamStep(): Step {
  const dialect = dialectOf(asciiBinaryDialect)
  const chunk = Buffer.concat(Array.from({ length: AT_ONCE }, () => frame(encode(purchase, dialect), 'binary-2')))
  const reader = new FrameReader('binary-2', 4_096)
  return {
    name: 'out of a stream: read + decode + encode + frame',
    run: (count) => {
      for (let done = 0; done < count; done += AT_ONCE)
        for (const bytes of reader.read(chunk).messages) frame(encode(decode(bytes, dialect), dialect), 'binary-2')
    },
  }
}

async function measure(step: Step, { running: { goOn, progress }, seconds, size }: BenchOptions): Promise<Row> {
  const [warmUpSeconds, batchSeconds] = [WARM_UP_SECONDS[size], BATCH_SECONDS[size]]
  const begun = performance.now()
  let done = 0
  for (; performance.now() - begun < warmUpSeconds * 1000; done += AT_ONCE) step.run(AT_ONCE)
  const count = AT_ONCE * Math.max(1, Math.round((done * batchSeconds) / warmUpSeconds / AT_ONCE))
  const rates: number[] = []
  for (let batch = 0; batch < Math.max(BATCHES_MIN, seconds / batchSeconds); batch++) {
    goOn()
    const batchBegun = performance.now()
    step.run(count)
    rates.push((count * 1000) / (performance.now() - batchBegun))
    await new Promise((resolve) => setImmediate(resolve)) // lets Ctrl-C through
  }
  const row = comparisonRow({
    name: step.name,
    unit: 'messages/s',
    value: spreadOf(rates),
    better: 'high',
    comparedWith: 'the rate aimed at',
    baseline: spreadOf([RATE_AIM]),
    aimRatio: 1,
  })
  progress(`${step.name}: ${row.value} messages/s`)
  return row
}

async function run(options: BenchOptions): ReturnType<Bench['run']> {
  const steps = [
    codecStep('ASCII', asciiDialect),
    codecStep('ASCII, binary bitmap', asciiBinaryDialect),
    codecStep('packed digits, binary bitmap', packedDialect),
    streamStep(),
  ]
  const rows: Row[] = []
  for (const step of steps) rows.push(await measure(step, options))
  return { rows, versions: await versionsOf([]) }
}

export const codecBench: Bench = {
  name: 'codec',
  summary: 'decoding and encoding card traffic, ISO 8583',
  run,
}
