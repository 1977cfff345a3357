// Every bench there is.
import { activationBench } from './activation-bench.ts'
import type { Bench } from './bench-kind.ts'
import { bulkBench } from './bulk-bench.ts'
import { codecBench } from './codec-bench.ts'
import { costBench } from './cost-bench.ts'
import { gatewayBench } from './gateway-bench.ts'
import { idleBench } from './idle-bench.ts'
import { lagBench } from './lag-bench.ts'
import { lookupsBench } from './lookups-bench.ts'
import { mixBench } from './mix-bench.ts'
import { sealingBench } from './sealing-bench.ts'
import { startBench } from './start-bench.ts'

export const benches: readonly Bench[] = [
  gatewayBench,
  sealingBench,
  codecBench,
  activationBench,
  lagBench,
  lookupsBench,
  idleBench,
  costBench,
  mixBench,
  startBench,
  bulkBench,
]
