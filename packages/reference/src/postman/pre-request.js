// Before each request: logs in and opens a session where there is none, then seals the body. Set baseUrl, tenant, username, password and
// clientKeys in the collection's variables; mode is session, or clear for a sandbox tenant.
const secureRandom = typeof crypto === 'object' && typeof crypto.getRandomValues === 'function' ? crypto : null
const dcms = new Function('pm', 'crypto', `${pm.collectionVariables.get('sealingLibrary')}; return dcms`)(pm, secureRandom)
const value = (name) => pm.variables.replaceIn(pm.variables.get(name) || '')
const clear = value('mode') === 'clear'
const path = pm.variables.replaceIn(pm.request.url.getPath()) // with its path variables in place
/** What a message is for: the tenant, and method and path below the base. The gateway refuses it anywhere else. */
const purposeOf = (method, target) => ({ aud: value('tenant'), htu: `${method} ${target.split('?')[0].replace(/^\/(v1|dcms)\//, '/')}` })
const now = () => Math.floor((Date.now() + Number(pm.collectionVariables.get('clockAheadMs') || 0)) / 1000)

/** What was fetched for these settings; other settings start anew. */
const owner = [value('baseUrl'), value('tenant'), value('username'), value('mode')].join(' ')
const kept = () => {
  const access = JSON.parse(pm.collectionVariables.get('access') || '{}')
  return access.owner === owner ? access : { owner }
}
const keep = (members) => pm.collectionVariables.set('access', JSON.stringify(Object.assign(kept(), members)))

/** Sends a call of our own and hands on what its answer holds. */
function exchange(method, target, body, token, then) {
  const header = { tenant: value('tenant') }
  if (token) header.authorization = `Bearer ${token}`
  const jti = dcms.uuid()
  const isSealed = body !== undefined && (!clear || target === '/api/session')
  if (body !== undefined) header['content-type'] = isSealed ? 'application/jose' : 'application/json'
  const text = JSON.stringify(body)
  const raw = isSealed ? dcms.sealOneShot(text, kept().gatewayKey, Object.assign({ iat: now(), jti }, purposeOf(method, target))) : text
  pm.sendRequest(
    Object.assign({ url: value('baseUrl') + target, method, header }, body && { body: { mode: 'raw', raw } }),
    (error, answer) => {
      if (error) throw error
      pm.collectionVariables.set('clockAheadMs', Date.parse(answer.headers.get('date')) - Date.now() || 0)
      const type = answer.headers.get('content-type') || ''
      const json = JSON.parse(type.startsWith('application/jose') ? dcms.openOneShot(answer.text(), jti) : answer.text())
      if (answer.code >= 400) throw new Error(`${target} was refused: ${json.exception?.errorCode}`)
      then(json)
    },
  )
}

function withGatewayKey(then) {
  if ((clear && path !== '/api/session') || kept().gatewayKey) return then()
  exchange('GET', '/.well-known/jwks.json', undefined, undefined, (jwks) => {
    keep({ gatewayKey: dcms.gatewayKey(jwks) })
    then()
  })
}

function withToken(then) {
  const { token, tokenUntil } = kept()
  if (token && tokenUntil - 30 > now()) return then()
  exchange('POST', '/api/authenticate', { username: value('username'), password: value('password') }, undefined, ({ id_token: fresh }) => {
    keep({ token: fresh, tokenUntil: dcms.claimsOf(fresh).exp, session: undefined })
    then()
  })
}

function withSession(then) {
  const { session } = kept()
  if (clear || (session && session.until - 30 > now())) return then()
  const own = dcms.generateKey('X25519')
  exchange('POST', '/api/session', { key: dcms.publicPart(own) }, kept().token, (opened) => {
    const keys = dcms.sessionKeys(own, opened, value('tenant'), value('username'))
    keep({ session: { ticket: opened.ticket, keys, until: now() + opened.expiresIn } })
    then()
  })
}

const replaceBody = (type, raw) => {
  pm.request.headers.upsert({ key: 'Content-Type', value: type })
  pm.request.body.update({ mode: 'raw', raw })
}

/** The body as it goes out. A file becomes the one part of a multipart body; its name stands in the request's content type. */
function dress(seal) {
  const type = pm.request.headers.get('Content-Type') || ''
  const text = pm.variables.replaceIn(pm.request.body?.raw || '')
  const file = /^multipart\/form-data; filename="(.+)"$/.exec(type)
  const about = Object.assign({ iat: now(), jti: dcms.uuid() }, purposeOf(pm.request.method, path))
  pm.variables.set('jti', about.jti)
  if (!file) return clear && path !== '/api/session' ? undefined : replaceBody('application/jose', seal(text, about))
  const boundary = `dcms-${dcms.uuid()}`
  const partType = clear ? 'text/plain' : 'application/jose'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file[1]}"\r\nContent-Type: ${partType}\r\n\r\n`
  const content = clear ? text : seal(text, Object.assign(about, { cty: 'text/plain' }))
  replaceBody(`multipart/form-data; boundary=${boundary}`, `${head}${content}\r\n--${boundary}--\r\n`)
}

const oneShot = (text, about) => dcms.sealOneShot(text, kept().gatewayKey, about)

function prepareSessionRequest() {
  const own = dcms.generateKey('X25519')
  pm.variables.set('sessionKey', JSON.stringify(dcms.publicPart(own)))
  dress(oneShot)
}

pm.request.headers.upsert({ key: 'tenant', value: value('tenant') })
pm.request.headers.upsert({ key: 'X-Request-Id', value: dcms.uuid() })
withGatewayKey(() => {
  if (pm.request.method === 'GET') return
  if (path === '/api/authenticate') return dress(oneShot)
  withToken(() => {
    pm.request.headers.upsert({ key: 'Authorization', value: `Bearer ${kept().token}` })
    if (path === '/api/session') return prepareSessionRequest()
    withSession(() => dress((text, about) => dcms.sealSession(text, kept().session, about)))
  })
})
