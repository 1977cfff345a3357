// Prints the steps of a journey: what was asked, what came back in short and masked, how long it
// took.
import { DcmsError } from '@dcms/sdk'
import { durationText, painter, wrapped } from '../launcher/terminal.ts'

const WIDTH = 110
const LINES_MAX = 5
const TITLE_WIDTH = 74
const INDENT = ' '.repeat(14)

/** Thrown between two steps when the journey was told to stop. */
class Stopped extends Error {}

export class JourneyReport {
  readonly #out: NodeJS.WriteStream
  readonly #paint: ReturnType<typeof painter>
  #number = 0
  #failed = 0
  #stopped = false

  constructor(out: NodeJS.WriteStream, stopped: Promise<void>) {
    this.#out = out
    this.#paint = painter(out)
    void stopped.then(() => {
      this.#stopped = true
    })
    this.#write(`\n${this.#paint('bold', 'A customer and her cards, from the first to the last')}`)
  }

  /** Prints a heading over the steps that follow. */
  part(title: string): void {
    if (this.#stopped) throw new Stopped()
    this.#write(`\n${this.#paint('bold', `── ${title} ${'─'.repeat(Math.max(0, WIDTH - title.length))}`)}`)
  }

  /**
   * Runs a step and prints it (`tell`: the part of the result worth printing); answers its result,
   * undefined when it went wrong.
   */
  async step<Result>(
    title: string,
    asked: string,
    run: () => Promise<Result>,
    tell: (result: Result) => unknown = (result) => result,
  ): Promise<Result | undefined> {
    return this.#run(title, asked, run, tell)
  }

  /** A step that goes right when it is refused with `code`. */
  async refusal(title: string, asked: string, code: string, run: () => Promise<void>): Promise<void> {
    const refused = async (): Promise<DcmsError> => {
      try {
        await run()
      } catch (error) {
        if (error instanceof DcmsError && error.errorCode === code) return error
        throw error
      }
      throw new Error(`it was not refused with ${code}`)
    }
    await this.#run(title, asked, refused, (error) => `${error.status} ${error.errorCode}: ${error.detailMessage}`)
  }

  async #run<Result>(
    title: string,
    asked: string,
    run: () => Promise<Result>,
    tell: (result: Result) => unknown,
  ): Promise<Result | undefined> {
    if (this.#stopped) throw new Stopped()
    const number = String(++this.#number).padStart(2)
    const begun = performance.now()
    let result: Result | undefined
    let told: string[]
    let mark = this.#paint('green', '✓')
    try {
      result = await run()
      told = wrapped(tell(result), WIDTH, LINES_MAX)
    } catch (error) {
      this.#failed++
      mark = this.#paint('red', '✗')
      const fault = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      told = wrapped(fault, WIDTH, LINES_MAX).map((line) => this.#paint('red', line))
    }
    const took = durationText(performance.now() - begun).padStart(8)
    this.#write(`\n${mark} ${number}  ${this.#paint('bold', title.padEnd(TITLE_WIDTH))}${this.#paint('dim', took)}`)
    this.#write(`      ${this.#paint('dim', 'asked')}   ${wrapped(asked, WIDTH, LINES_MAX).join(`\n${INDENT}`)}`)
    this.#write(`      ${this.#paint('dim', 'answer')}  ${told.join(`\n${INDENT}`)}`)
    return result
  }

  isStopped(error: unknown): boolean {
    return error instanceof Stopped
  }

  /** Prints the last line. @returns how many steps went wrong */
  finish(): number {
    const right = this.#number - this.#failed
    const text = `${right} of ${this.#number} steps went right`
    this.#write(`\n${this.#paint(this.#failed === 0 ? 'green' : 'red', text)}`)
    return this.#failed
  }

  #write(line: string): void {
    this.#out.write(`${line}\n`)
  }
}
