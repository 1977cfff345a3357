// What a bench is.
import type { Row } from './report.ts'
import type { Running } from './running.ts'

/**
 * Tiny: the same steps with few kits, calls and rounds, over in seconds, to show that the bench
 * still works; its figures say nothing.
 */
export type Size = 'full' | 'tiny'

export interface BenchOptions {
  running: Running
  size: Size
  /** Seconds to measure each side, over all rounds. */
  seconds: number
  /** Cards of the largest order of `bulk`; a million unless told. */
  cards?: number
  /**
   * Folder for a CPU profile of each DCMS process; profiling slows them, so such a run is for
   * looking, not for figures.
   */
  profileDir?: string
}

export interface Bench {
  name: string
  summary: string
  run(this: void, options: BenchOptions): Promise<{ rows: Row[]; versions: Record<string, string> }>
}
