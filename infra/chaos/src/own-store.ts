// A document database for one test file that stops it; the shared one of the test run stays up for
// the others.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runningDocumentDatabase, startDocumentDatabase, stopDocumentDatabase } from '@dcms/local'

const PORT_FIRST = 32_600
const PORTS = 600

export interface OwnStore {
  readonly url: string
  /** Kills its PostgreSQL: what was confirmed is there again after `restart`. */
  kill(): Promise<void>
  restart(): Promise<void>
  /**
   * Stops it and deletes its data; in a test run they stay in the run's folder, where the leak scan
   * searches them.
   */
  remove(): Promise<void>
}

/** Whether this machine can have one: it is made for Linux and root. */
export const canHaveOwnStore = process.platform === 'linux' && process.getuid?.() === 0

export async function startOwnStore(): Promise<OwnStore> {
  const dataDir = await mkdtemp(join(process.env.DCMS_ENGINES_DIR ?? tmpdir(), 'store-')) // below the run's folder the runner stops what a dead test left
  const mongoPort = PORT_FIRST + Math.floor(Math.random() * PORTS)
  const start = () => startDocumentDatabase({ dataDir, mongoPort, progress: () => undefined })
  const { url } = await start()
  return {
    url,
    async kill() {
      const running = await runningDocumentDatabase(dataDir)
      if (!running) throw new Error('the document database does not run')
      process.kill(running.postgresPid, 'SIGKILL')
    },
    async restart() {
      await start()
    },
    async remove() {
      await stopDocumentDatabase(dataDir)
      if (!process.env.DCMS_ENGINES_DIR) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
