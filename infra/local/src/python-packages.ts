// Python packages that tests need, installed by pip into a folder of the cache; nothing of the
// machine's Python is touched.
import { createHash } from 'node:crypto'
import { execa } from 'execa'
import { cached, type Progress } from './cache.ts'

const ERROR_LINES = 5

/**
 * The folder of these packages, for `PYTHONPATH`. Wheels depend on the Python that asks, so each
 * version has its own folder.
 * @param requirements `name==version`, with everything these need
 * @throws Error with what pip said last
 */
export async function pythonPackages(requirements: readonly string[], progress: Progress): Promise<string> {
  const { stdout: version } = await execa('python3', ['-c', 'import sys, platform; print(sys.version, platform.machine())'])
  const sum = createHash('sha256')
    .update([version, ...requirements].join('\n'))
    .digest('hex')
  const title = 'fetching Python packages for tests (about 10 s, once per machine)'
  return cached({ name: `python-packages-${sum.slice(0, 12)}`, title, build: (folder) => install(requirements, folder) }, progress)
}

async function install(requirements: readonly string[], folder: string): Promise<void> {
  const options = ['--quiet', '--no-deps', '--no-input', '--disable-pip-version-check', '--only-binary=:all:']
  const run = await execa('python3', ['-m', 'pip', 'install', ...options, '--target', folder, ...requirements], {
    reject: false,
    all: true,
  })
  if (run.exitCode === 0) return
  throw new Error(`pip could not fetch them:\n${(run.all ?? '').split('\n').slice(-ERROR_LINES).join('\n')}`)
}
