// The search for card data after a test run, and the ledger in which tests note the secrets they
// use.
export { type RunningScan, type ScanOptions, type ScanReport, startLeakScan } from './leak-scan.ts'
export { isSecret, type SecretKind, type UsedSecret, usedSecret } from './secret.ts'
