// A clock that is off: `new Date()` and `Date.now()` tell a time moved by DCMS_CLOCK_OFFSET_MS;
// timers and performance.now() stay as they are. For runs of the tests as if it were another day:
// preloaded by Node (--import) in jest and in every process that tests start.
import { Server } from 'node:http'

/** A Date whose now is moved; times that are given are what they are. */
export function movedDate(RealDate, offsetMs) {
  const realNow = RealDate.now
  const now = () => realNow() + offsetMs
  return new Proxy(RealDate, {
    construct: (target, parts, newTarget) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
    apply: (target) => new target(now()).toString(),
    // A test may put a clock of its own in the place of `now`.
    get(target, name, receiver) {
      const member = Reflect.get(target, name, receiver)
      return member === realNow ? now : member
    },
  })
}

/** How far the clock of this run is off; 0 for a run at the real time. */
export const clockOffsetMs = Number(process.env.DCMS_CLOCK_OFFSET_MS ?? 0)

/** Node's own code keeps the real Date: the header of that name is set here before it does so. */
function moveDateHeader() {
  const { emit } = Server.prototype
  Server.prototype.emit = function (name, ...rest) {
    if (name === 'request') rest[1].setHeader('Date', new Date().toUTCString())
    return emit.call(this, name, ...rest)
  }
}

if (clockOffsetMs !== 0) {
  globalThis.Date = movedDate(globalThis.Date, clockOffsetMs)
  moveDateHeader()
}
