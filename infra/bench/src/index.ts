// The form of what a bench prints with --json.
export type { Machine } from './machine.ts'
export type { BenchResult, Row } from './report.ts'
