// A worker of the gateway that gets into a loop without an end as soon as a file named after its
// installation is there; whoever finds the file takes it away, so that one worker is stuck.
import { unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import '../src/workers/worker-thread.ts'

const file = join(tmpdir(), `dcms-stuck-${workerData.config.installation}`)
const timer = setInterval(() => {
  try {
    unlinkSync(file)
  } catch {
    return // not there yet, or another's
  }
  for (;;);
}, 50)
timer.unref()
