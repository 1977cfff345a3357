// The one-shot that makes an installation's keys in a folder, and hands each process its own in a
// folder of its name; keys that are there are kept.
import { handOut, installationKeys } from '@dcms/ops'

const [folder, handedOut] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('Usage: make-keys.ts FOLDER [FOLDER-TO-HAND-OUT-TO]\n')
  process.exit(2)
}
const { callersFile } = await installationKeys(folder)
console.log(`keys are in ${folder}; the public ones, for all processes, in ${callersFile}`)
if (handedOut !== undefined) {
  await handOut(folder, handedOut)
  console.log(`each process has its own in ${handedOut}`)
}
