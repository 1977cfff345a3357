// Loaded into every started process ahead of its own code: ends it when the launcher is gone,
// however that one died.
const GRACE_MS = 12_000

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref()
})
process.channel?.unref() // the channel alone must not keep the process up
