// The Postman collection (v2.1): a folder per family, a request per endpoint; its scripts log in,
// seal and open.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { authenticatePath, families, jwksPath, type PublicEndpoint, publicEndpointList, sessionPath } from '@dcms/contract'
import { familyDescriptions } from '../introduction.ts'
import type { Json, JsonObject } from '../json.ts'
import { version } from '../version.ts'
import { firstCardFolder } from './first-card.ts'
import { rawRequest, requestItem, script } from './request-item.ts'

const BUNDLE_BYTES_MAX = 1024 * 1024
const DEVELOPMENT_GATEWAY = 'http://127.0.0.1:8080'

export interface PostmanOptions {
  /** Address of the gateway that the collection is for; the development gateway when absent. */
  readonly baseUrl?: string
}

/**
 * The collection, for Postman and newman. It works against a sealed gateway once `tenant`,
 * `username`, `password` and `clientKeys` (the private JWK, or JWK set) are set; `mode` is
 * `session`, or `clear` for a sandbox tenant.
 */
export async function postmanCollection({ baseUrl = DEVELOPMENT_GATEWAY }: PostmanOptions = {}): Promise<JsonObject> {
  return {
    info: {
      name: 'DCMS',
      version,
      description: introduction,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    event: [
      { listen: 'prerequest', script: script(textOf('pre-request.js')) },
      { listen: 'test', script: script(textOf('test.js')) },
    ],
    variable: variables(baseUrl, await sealingLibrary()),
    item: [accessFolder, firstCardFolder(), ...familyFolders()],
  }
}

const introduction = `Every call of DCMS. The collection logs in, opens a session, seals each body and opens each answer by itself.

1. Set \`tenant\`, \`username\`, \`password\` and \`clientKeys\` in the collection’s variables: what was given and exchanged at onboarding. \`clientKeys\` is the
   private JWK, or the JWK set, as JSON text. Set \`baseUrl\` to the gateway.
2. Run the folder *First card*, or send any request. The opened answer stands in the tab *Visualize*.

\`mode\` is \`session\`; \`clear\` sends plain JSON, which only sandbox tenants take. The folder *Access* shows the log-in and the session by themselves; the other
requests do both when needed. Newman’s sandbox has no secure random numbers: the scripts derive theirs from the private key, which is good for tests. Do not
use production keys in test tools.`

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

/**
 * The primitives, bundled, and our sealing above them: one script in a variable, which both scripts
 * of the collection run.
 */
async function sealingLibrary(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'bundle-primitives.ts')], {
    maxBuffer: BUNDLE_BYTES_MAX,
  })
  return `${stdout}\n${textOf('sealing.js')}`
}

const variables = (baseUrl: string, library: string): Json[] =>
  Object.entries({
    baseUrl,
    tenant: 'ACME_BANK',
    username: '',
    password: '',
    clientKeys: '',
    mode: 'session',
    entityId: '',
    kitNo: '',
    clockAheadMs: '0',
    access: '',
    sealingLibrary: library,
  }).map(([key, value]) => ({ key, value, type: 'string' }))

const accessItem = (name: string, request: JsonObject): JsonObject => ({
  name,
  request,
  event: [{ listen: 'test', script: script("pm.test('succeeds', () => pm.expect(pm.response.code).to.equal(200))") }],
})

const accessFolder: JsonObject = {
  name: 'Access',
  description: 'What the scripts do before a call, shown by itself.',
  item: [
    accessItem('The gateway’s public keys', rawRequest('GET', jwksPath)),
    accessItem('Log in', rawRequest('POST', authenticatePath, '{\n  "username": "{{username}}",\n  "password": "{{password}}"\n}')),
    accessItem('Open a session', rawRequest('POST', sessionPath, '{ "key": {{sessionKey}} }')),
  ],
}

function familyFolders(): JsonObject[] {
  const used = [...new Set(publicEndpointList.map(({ family }) => family))]
  const ofFamily = (family: PublicEndpoint['family']): readonly PublicEndpoint[] =>
    publicEndpointList.filter((each) => each.family === family)
  return used.map((family) => ({
    name: families[family],
    description: familyDescriptions[family],
    item: ofFamily(family).map((endpoint) => requestItem(endpoint)),
  }))
}
