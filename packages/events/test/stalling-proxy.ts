// A way to the store that can stand still: connections stay open, and nothing comes through any
// more.
import { connect, createServer, type Server, type Socket } from 'node:net'

export class StallingProxy {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #isStalled = false

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a free port of this machine in front of `host:port` of a `mongodb://` URL. */
  static async before(mongoUrl: string): Promise<{ proxy: StallingProxy; url: string }> {
    const { hostname, port } = new URL(mongoUrl)
    const server = createServer()
    const proxy = new StallingProxy(server)
    server.on('connection', (near) => proxy.#join(near, connect(Number(port || 27017), hostname)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (typeof address !== 'object' || !address) throw new Error('no address')
    return { proxy, url: mongoUrl.replace(`${hostname}:${port}`, `127.0.0.1:${address.port}`) }
  }

  stall(): void {
    this.#isStalled = true
    for (const socket of this.#sockets) socket.pause()
  }

  goOn(): void {
    this.#isStalled = false
    for (const socket of this.#sockets) socket.resume()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (part) => to.write(part))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isStalled) from.pause()
    }
  }
}
