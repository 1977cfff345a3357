// After each answer: opens it, shows it (tab Visualize) and checks its form. Later scripts find its JSON in the variable `answer`.
const secureRandom = typeof crypto === 'object' && typeof crypto.getRandomValues === 'function' ? crypto : null
const dcms = new Function('pm', 'crypto', `${pm.collectionVariables.get('sealingLibrary')}; return dcms`)(pm, secureRandom)
const path = `/${pm.request.url.path.join('/')}`
const isCall = path.startsWith('/v1/')
const type = (pm.response.headers.get('content-type') || '').split(';')[0]
const text = pm.response.text()
const { session } = JSON.parse(pm.collectionVariables.get('access') || '{}')

const open = () => {
  if (type !== 'application/jose') return text
  const jti = pm.variables.get('jti')
  return dcms.isSession(text) ? dcms.openSession(text, session, jti) : dcms.openOneShot(text, jti)
}

let answer
pm.test('the answer can be opened', () => {
  answer = JSON.parse(open())
  pm.variables.set('answer', JSON.stringify(answer))
  pm.visualizer.set('<pre style="white-space: pre-wrap">{{json}}</pre>', { json: JSON.stringify(answer, null, 2) })
})

if (isCall && answer) {
  pm.test('the answer is in the envelope', () => {
    pm.expect(answer).to.have.all.keys('result', 'exception', 'pagination')
    if (pm.response.code < 400) pm.expect(answer.exception).to.equal(null)
    else pm.expect(answer.exception).to.include.keys('errorCode', 'reasonCode', 'shortMessage', 'httpStatus', 'fieldError')
  })
  pm.test('a success to a sealed request is sealed', () => {
    if (pm.variables.get('mode') !== 'clear' && pm.response.code < 400) pm.expect(type).to.equal('application/jose')
  })
}
