// Runs a TypeScript file of this repository from a bare clone: checks Node, installs what is
// missing, then hands over to the workspace's Node 24. Plain JavaScript without dependencies,
// because nothing is installed yet when it runs.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MIN = 20
const PNPM = 'pnpm@12'
const LOCK_POLL_MS = 300
/** A lock without an owner's pid this old was left by a process killed between two instructions. */
const OWNERLESS_LOCK_MS = 5_000

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const stampFile = join(repository, 'node_modules/.dcms-install')
const lockFolder = join(repository, '.dcms/install.lock')
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

await main(process.argv.slice(2))

async function main([script, ...args]) {
  const version = process.versions.node
  if (Number(version.split('.')[0]) < NODE_MIN)
    fail(`DCMS needs Node ${NODE_MIN} or newer to start; this is ${version}. Install a newer one and try again.`)
  if (!script) fail('Usage: node infra/local/bootstrap.mjs <script.ts> [arguments]')
  if (!isInstalled()) await withLock(installUnlessDone)
  const node = workspaceNode()
  // TimeoutNegativeWarning: kafkajs asks for timers in the past, which Node 24 reports in the
  // middle of the output.
  const flags = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', resolve(repository, script)]
  // What the script starts by name (node, tsc, biome) is the workspace's as well.
  const path = [join(repository, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  // What Node makes of the sources is kept, for this program and all that it starts: a process of
  // DCMS starts in half the time.
  const env = { NODE_COMPILE_CACHE: join(repository, '.dcms/compile-cache'), ...process.env, PATH: path }
  process.exit(await run(node, [...flags, ...args], { stdio: 'inherit', env }))
}

/**
 * The stamp holds the hash of the lock file that was installed, so a changed lock file installs
 * again.
 */
function isInstalled() {
  return (
    existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockFileHash() && existsSync(join(repository, 'node_modules/.bin/node'))
  )
}

function lockFileHash() {
  const lockFile = join(repository, 'pnpm-lock.yaml')
  if (!existsSync(lockFile)) fail('pnpm-lock.yaml is missing: this is not a complete checkout.')
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex')
}

async function installUnlessDone() {
  if (isInstalled()) return // somebody else did it while this process waited for the lock
  const begun = performance.now()
  const hash = lockFileHash()
  console.error('install: fetching the dependencies (about 30 s, once per checkout) …')
  // What is printed goes to standard error, so that a command's own output stays clean.
  const options = { stdio: ['ignore', 2, 2], cwd: repository, env: { ...process.env, CI: 'true' } }
  const code = await run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'], options)
  if (code !== 0)
    fail(
      'The dependencies could not be installed; pnpm says why above. The most frequent reasons: no npm registry is reachable, or pnpm-lock.yaml is older than a package.json.',
    )
  writeFileSync(stampFile, hash)
  console.error(`install: done in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

/**
 * One install at a time: the folder is the lock, its owner's pid tells whether the owner still
 * lives.
 */
async function withLock(work) {
  mkdirSync(dirname(lockFolder), { recursive: true })
  for (let waiting = false; !takeLock(); waiting = true) {
    if (!waiting) console.error('install: another process is installing, waiting …')
    await new Promise((done) => setTimeout(done, LOCK_POLL_MS))
  }
  const release = () => rmSync(lockFolder, { recursive: true, force: true })
  process.once('exit', release)
  await work()
  process.off('exit', release)
  release()
}

function takeLock() {
  try {
    mkdirSync(lockFolder)
    writeFileSync(join(lockFolder, 'pid'), String(process.pid))
    return true
  } catch (problem) {
    if (problem.code !== 'EEXIST') throw problem
    if (lockIsAbandoned()) rmSync(lockFolder, { recursive: true, force: true })
    return false
  }
}

function lockIsAbandoned() {
  try {
    const pidFile = join(lockFolder, 'pid')
    if (!existsSync(pidFile)) return Date.now() - statSync(lockFolder).mtimeMs > OWNERLESS_LOCK_MS
    process.kill(Number(readFileSync(pidFile, 'utf8')), 0)
    return false
  } catch (problem) {
    return problem.code === 'ESRCH' // EPERM: lives, of another user; ENOENT: released meanwhile
  }
}

/** The binary itself and not the link to it, so that signals and pids are those of the program. */
function workspaceNode() {
  return realpathSync(join(repository, 'node_modules/node-runtime/bin/node'))
}

/** Runs a program, hands signals on to it, and gives its exit code. */
function run(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, options)
    // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone has to
    // be handed on.
    const handlers = signals.map((signal) => [signal, () => forward(child, signal)])
    for (const [signal, handler] of handlers) process.on(signal, handler)
    child.on('error', (problem) => fail(`${command} could not be started: ${problem.message}`))
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler)
      done(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

function forward(child, signal) {
  if (signal === 'SIGINT' && process.stdin.isTTY) return // it came from the terminal, which sent it to the child as well
  child.kill(signal)
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
