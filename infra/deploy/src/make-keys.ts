// The one-shot that makes an installation's keys in a folder; keys that are there are kept. Usage: make-keys.ts FOLDER
import { installationKeys } from '@dcms/ops'

const folder = process.argv[2]
if (folder === undefined) {
  process.stderr.write('Usage: make-keys.ts FOLDER\n')
  process.exit(2)
}
const { callersFile } = await installationKeys(folder)
console.log(`keys are in ${folder}; the public ones, for all processes, in ${callersFile}`)
