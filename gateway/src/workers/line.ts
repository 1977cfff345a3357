// The line between the lead and a worker: each asks the other by name, and gets an answer.
import type { Logger } from 'pino'

/** Either end: the `Worker` object or `parentPort`. */
export interface End {
  postMessage(message: unknown): void
  on(event: 'message', listen: (message: Message) => void): unknown
}

type Message =
  | { readonly kind: 'ask'; readonly number: number; readonly name: string; readonly body: unknown }
  | { readonly kind: 'answer'; readonly number: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly number: number }

/** What one side answers; messages are copied, so that only plain values pass. */
type Answers = Readonly<Record<string, (body: never) => unknown>>
type BodyOf<Answer> = Answer extends (body: infer Body) => unknown ? Body : never
type ResultOf<Answer> = Answer extends (body: never) => infer Result ? Awaited<Result> : never

/**
 * `Others` are the answers of the other side. As many asks are open as calls are under way; all
 * fail when the line ends.
 */
export class Line<Others> {
  readonly #end: End
  readonly #open = new Map<number, { resolve: (body: never) => void; reject: (error: Error) => void }>()
  #lastNumber = 0
  #ended = false

  constructor(end: End, answers: Answers, logger: Logger) {
    this.#end = end
    end.on('message', (message) => {
      if (message.kind === 'ask') void this.#answer(message.number, message.name, message.body, answers, logger)
      else this.#settle(message)
    })
  }

  /** @throws Error when the other side could not answer, or has ended */
  ask<Name extends keyof Others & string>(name: Name, body: BodyOf<Others[Name]>): Promise<ResultOf<Others[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(hasEnded())
      const number = ++this.#lastNumber
      this.#open.set(number, { resolve, reject })
      this.#end.postMessage({ kind: 'ask', number, name, body } satisfies Message)
    })
  }

  /** The other side is gone. */
  end(): void {
    this.#ended = true
    for (const { reject } of this.#open.values()) reject(hasEnded())
    this.#open.clear()
  }

  #settle(message: Exclude<Message, { kind: 'ask' }>): void {
    const open = this.#open.get(message.number)
    this.#open.delete(message.number)
    if (message.kind === 'answer') open?.resolve(message.body as never)
    else open?.reject(new Error('the other thread could not answer; its log says why'))
  }

  async #answer(number: number, name: string, body: unknown, answers: Answers, logger: Logger): Promise<void> {
    try {
      const answer = answers[name]
      if (answer === undefined) throw new Error(`nobody answers ${name}`)
      this.#end.postMessage({ kind: 'answer', number, body: await answer(body as never) } satisfies Message)
    } catch (error) {
      logger.error({ err: error, asked: name }, 'the other thread of this gateway got no answer')
      this.#end.postMessage({ kind: 'failed', number } satisfies Message)
    }
  }
}

const hasEnded = (): Error => new Error('the other thread has ended')
