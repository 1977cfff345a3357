// Clients of the fake gateway, closed together when a test ends.
import { afterEach, beforeEach } from '@jest/globals'
import { Dcms, type DcmsOptions } from '../src/index.ts'
import { clientKey, FakeGateway, fieldKey } from './fake-gateway.ts'

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

/** Of the test that runs, see `gatewayForEachTest`. */
export let gateway: FakeGateway
let clients: Clients

/** A client of that gateway; ends with the test. */
export const client = (options?: Partial<DcmsOptions>): Dcms => clients.open(options)

/** For a test file: each test has a gateway of its own, gone with its clients when it ends. */
export function gatewayForEachTest(): void {
  beforeEach(async () => {
    gateway = new FakeGateway()
    clients = new Clients(await gateway.start())
  })
  afterEach(async () => {
    await clients.close()
    await gateway.stop()
  })
}
