// Clients of the fake gateway, closed together when a test ends.
import { Dcms, type DcmsOptions } from '../src/index.ts'
import { clientKey, fieldKey } from './fake-gateway.ts'

export const kit = { entityId: 'E1', kitNo: '4240171508' }

export class Clients {
  readonly #opened: Dcms[] = []
  readonly #baseUrl: string

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  /** Tries again after milliseconds, where the options say nothing else. */
  open(options: Partial<DcmsOptions> = {}): Dcms {
    const opened = new Dcms({
      baseUrl: this.#baseUrl,
      tenant: 'ACME_BANK',
      username: 'api_user',
      password: 'correct horse',
      keys: { clientKeys: { keys: [clientKey] }, fieldKey: fieldKey.toString('base64') },
      retry: { firstPauseMs: 1, pauseMaxMs: 5 },
      ...options,
    })
    this.#opened.push(opened)
    return opened
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((each) => each.close()))
  }
}
