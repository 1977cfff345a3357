// One process of an installation: started, watched, killed, paused and started again on the same
// ports.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { entryFile, type StartedName, workspaceRoot } from './process-environment.ts'

const READY_POLL_MS = 50
const READY_PROBE_TIMEOUT_MS = 2_000
const STOP_GRACE_MS = 12_000
const LAST_LINES = 15
const LINE_CHARACTERS_MAX = 400
/**
 * kafkajs waits negative times now and then; Node 24 warns of each, which would only fill the logs.
 */
const NODE_OPTIONS = ['--disable-warning=TimeoutNegativeWarning']
const preload = pathToFileURL(join(import.meta.dirname, 'exit-with-parent.ts')).href

export interface ServiceProcessOptions {
  name: StartedName
  url: string
  internalUrl: string
  environment: Readonly<Record<string, string>>
  logFile: string
  readyTimeoutMs: number
  /** Called when the process ends without having been told to. */
  onUnexpectedExit(this: void, name: StartedName, explanation: string): void
}

export class ServiceProcess {
  readonly name: StartedName
  /** Base URL of the public listener; health is here. */
  readonly url: string
  /** Base URL of the listener for calls between services and of operators. */
  readonly internalUrl: string
  readonly logFile: string
  readonly #options: ServiceProcessOptions
  #child: ChildProcess | undefined
  /** What ends before it was ready is told by waitReady. */
  #wasReady = false
  #expectedExits = new WeakSet<ChildProcess>()

  constructor(options: ServiceProcessOptions) {
    this.name = options.name
    this.url = options.url
    this.internalUrl = options.internalUrl
    this.logFile = options.logFile
    this.#options = options
  }

  /** Undefined while the process is not running. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts the process without waiting; the log goes on where it was. */
  async start(): Promise<void> {
    if (this.#child) throw new Error(`${this.name} is running already`)
    await mkdir(dirname(this.logFile), { recursive: true })
    const log = await open(this.logFile, 'a')
    try {
      this.#wasReady = false
      this.#child = this.#spawn(log)
      await Promise.race([once(this.#child, 'spawn'), once(this.#child, 'error').then(([error]) => Promise.reject(error))])
    } finally {
      await log.close()
    }
  }

  #spawn(log: FileHandle): ChildProcess {
    const child = spawn(process.execPath, [...NODE_OPTIONS, '--import', preload, entryFile(this.name)], {
      cwd: workspaceRoot,
      env: { ...process.env, ...this.#options.environment },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      detached: true, // its own group: Ctrl-C reaches the launcher alone, which then stops everything in order
    })
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = undefined
      if (this.#wasReady && !this.#expectedExits.has(child)) void this.#explainExit(code, signal)
    })
    child.on('error', () => undefined) // a failed spawn is told by start()
    return child
  }

  async #explainExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
    this.#options.onUnexpectedExit(this.name, `${this.name} ${how}; its log ends with:\n${await this.#lastLines()}`)
  }

  /**
   * Returns when the process says that it is ready; throws with its last log lines when it ends or
   * takes too long.
   */
  async waitReady(): Promise<void> {
    const child = this.#child
    const until = performance.now() + this.#options.readyTimeoutMs
    let reason = 'it does not answer'
    while (performance.now() < until) {
      if (!child || this.#child !== child)
        throw new Error(`${this.name} ended while starting. Its log (${this.logFile}) ends with:\n${await this.#lastLines()}`)
      const state = await this.#probe()
      if (state === 'ready') {
        this.#wasReady = true
        return
      }
      reason = state
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))
    }
    throw new Error(
      `${this.name} was not ready within ${this.#options.readyTimeoutMs / 1000} s (${reason}). Its log (${this.logFile}) ends with:\n${await this.#lastLines()}`,
    )
  }

  async #probe(): Promise<string> {
    try {
      // A connection of its own each time: where ports are shared, the next one may lead to another
      // process.
      const headers = { connection: 'close' }
      const answer = await fetch(`${this.url}/health/ready`, { headers, signal: AbortSignal.timeout(READY_PROBE_TIMEOUT_MS) })
      const text = await answer.text()
      if (!answer.ok) return text.slice(0, LINE_CHARACTERS_MAX)
      return JSON.parse(text).process === this.#child?.pid ? 'ready' : 'another process answers'
    } catch (error) {
      // Not listening yet, or paused: both are "not ready", and waitReady says so when it gives up.
      return error instanceof Error
        ? `it does not answer: ${error.cause instanceof Error ? error.cause.message : error.message}`
        : String(error)
    }
  }

  async #lastLines(): Promise<string> {
    const lines = (await readFile(this.logFile, 'utf8')).trimEnd().split('\n')
    return lines
      .slice(-LAST_LINES)
      .map((line) => `  ${line.slice(0, LINE_CHARACTERS_MAX)}`)
      .join('\n')
  }

  /** Ends the process at once (or with the given signal) and returns when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (!child) return
    this.#expectedExits.add(child)
    const gone = once(child, 'exit')
    child.kill(signal)
    if (signal !== 'SIGKILL') child.kill('SIGCONT') // a paused process takes no other signal
    await gone
  }

  /** Ends the process gracefully, in-flight calls included; at once when that takes too long. */
  async stop(): Promise<void> {
    const child = this.#child
    if (!child) return
    const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
    await this.kill('SIGTERM')
    clearTimeout(impatient)
  }

  /**
   * Stops the process when it runs, starts it again on the same ports and waits until it is ready.
   */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
    await this.waitReady()
  }

  /**
   * Puts a new process beside the running one, on the same ports (both must have `SHARED_PORTS`),
   * and ends the old one when the new one serves: callers see no gap.
   */
  async replace(): Promise<void> {
    const old = this.#child
    if (!old) throw new Error(`${this.name} is not running`)
    this.#expectedExits.add(old)
    this.#child = undefined
    try {
      await this.start()
      await this.waitReady()
    } finally {
      const gone = once(old, 'exit')
      old.kill('SIGTERM')
      await gone
    }
  }

  /** Stops the process in its tracks, connections open: what others see is silence. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }
}
