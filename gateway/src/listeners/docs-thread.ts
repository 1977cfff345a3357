// Builds the documentation in a thread of its own, says it once, and ends.
import { parentPort } from 'node:worker_threads'
import { buildSite, jsonFile, type SiteFileMessage } from '@dcms/docs-site'
import { asyncApi, openApi, postmanCollection } from '@dcms/reference'

/** What the thread says. */
export interface BuiltMessage {
  readonly files: readonly (readonly [path: string, file: SiteFileMessage])[]
  readonly notFound: SiteFileMessage
}

if (parentPort !== null) {
  const site = buildSite({ openApi: openApi(), asyncApi: asyncApi() })
  const all = new Map([...site.files, ['/postman.json', jsonFile(await postmanCollection())] as const])
  const message: BuiltMessage = {
    files: Array.from(all, ([path, file]) => [path, file.toMessage()] as const),
    notFound: site.notFound.toMessage(),
  }
  const buffers = message.files.flatMap(([, { content }]) => (typeof content === 'string' ? [] : [content.buffer]))
  parentPort.postMessage(message, buffers)
}
