// The control API of the sandbox for one bank: its partners' clock, and the messages that they
// "sent". Interface: infra/sandbox/README.md.
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100

export interface SentMessage {
  channel: 'SMS' | 'EMAIL'
  to: string
  text: string
  template?: string
}

export class DemoPartners {
  readonly #base: string

  constructor(sandboxUrl: string, tenant: string) {
    this.#base = `${sandboxUrl}/_control/${tenant}`
  }

  /**
   * Moves the partners' clock of this bank ahead, by an ISO 8601 duration such as `PT2H`. @returns
   * the time that it shows then
   */
  async advance(duration: string): Promise<string> {
    const { now } = (await this.#ask('clock', { advance: duration })) as { now: string }
    return now
  }

  /**
   * The message to that number or address with that template, sent already or within `timeoutMs`.
   */
  async message(to: string, template: string, timeoutMs: number): Promise<SentMessage> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const { messages } = (await this.#ask(`messages?to=${encodeURIComponent(to)}`)) as { messages: SentMessage[] }
      const found = messages.find((each) => each.template === template)
      if (found) return found
      if (performance.now() > until) throw new Error(`no message ${template} came within ${timeoutMs / 1000} s`)
      await sleep(POLL_MS)
    }
  }

  async #ask(path: string, body?: object): Promise<unknown> {
    const request = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${this.#base}/${path}`, request)
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${path.split('?')[0]}`)
    return answer.json()
  }
}
