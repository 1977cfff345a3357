// What tests of the whole use: a bank of their own on processes of their own, which may be killed,
// paused and started again.
export { isSecret, type SecretKind, usedSecret } from '@dcms/leak-scan'
export { BULK_CARDS, BULK_DOWN_SECONDS, BULK_KILLS } from './bulk-size.ts'
export { type EventLog, eventLog } from './event-log.ts'
export { eventually } from './eventually.ts'
export { type Beside, besideNeighbour, expectUnharmed, type Latency, pressing } from './neighbours.ts'
export { noting, pinBlock } from './noting-client.ts'
export { type OwnKafka, startOwnKafka } from './own-kafka.ts'
export { canHaveOwnStore, type OwnStore, startOwnStore } from './own-store.ts'
export { startTestBank, type TestBank, type TestBankOptions } from './test-bank.ts'
