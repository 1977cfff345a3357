// Draws the reference. Nothing is asked of another host: no fonts, telemetry, proxy or agent of the vendor, and no console that sends calls.
const place = document.getElementById('reference')

/** The examples are clear JSON, so that form is shown first, whatever the order in the document. */
function withClearFirst(content) {
  const { 'application/json': clear, ...others } = content
  return clear ? { 'application/json': clear, ...others } : content
}

async function readDocument() {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error(`openapi.json: HTTP ${answer.status}`)
  const openApi = await answer.json()
  const operations = Object.values(openApi.paths).flatMap((path) => Object.values(path))
  const holders = [
    ...operations.flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses ?? {})]),
    ...Object.values(openApi.components?.responses ?? {}),
  ]
  for (const holder of holders) if (holder?.content) holder.content = withClearFirst(holder.content)
  return openApi
}

const isDark = () => document.documentElement.classList.contains('dark')
const hidden = Object.fromEntries(
  [
    'c',
    'clojure',
    'csharp',
    'dart',
    'fsharp',
    'go',
    'http',
    'js',
    'kotlin',
    'objc',
    'ocaml',
    'php',
    'powershell',
    'r',
    'ruby',
    'rust',
    'swift',
  ].map((target) => [target, true]),
)
const configurationOf = (content) => ({
  content,
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideTestRequestButton: true,
  hideClientButton: true,
  hideDarkModeToggle: true,
  hideModels: true,
  hideSearch: true,
  showDeveloperTools: 'never',
  documentDownloadType: 'none',
  showOperationId: true,
  operationTitleSource: 'summary',
  orderSchemaPropertiesBy: 'preserve',
  orderRequiredPropertiesFirst: true,
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  hiddenClients: {
    ...hidden,
    shell: ['wget', 'httpie'],
    node: ['axios', 'ofetch', 'undici'],
    python: ['python3', 'httpx_sync', 'httpx_async', 'aiohttp'],
    java: ['asynchttp', 'okhttp', 'unirest'],
  },
  forceDarkModeState: isDark() ? 'dark' : 'light',
  generateOperationSlug: ({ operationId, method, path }) => operationId ?? `${method}${path}`,
})

const [{ createApiReference }, openApi] = await Promise.all([import(place.dataset.bundle), readDocument()])
place.replaceChildren()
const reference = createApiReference(place, configurationOf(openApi))
document.addEventListener('dcms-theme', () => reference.updateConfiguration(configurationOf(openApi)))
