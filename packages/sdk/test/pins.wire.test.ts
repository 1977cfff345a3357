// The calls with a PIN, against a gateway that sees what leaves the client.
import { Buffer } from 'node:buffer'
import { createDecipheriv } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Dcms, DcmsError, DcmsInputError } from '../src/index.ts'
import { clientKey, FakeGateway } from './fake-gateway.ts'

const pinKey = Buffer.alloc(32, 9)
const cardNumber = '6080390000022751'
const card = { entityId: 'E1', kitNo: '4240181647', expiryDate: '0729', pin: '1234' }
const ofCardNumber = '0412376FFFFFDD8A'
const ofKitNo = '041234FBDBFE7E9B'
let gateway: FakeGateway
let dcms: Dcms

const client = async (keys: { pinKey?: string } = { pinKey: pinKey.toString('base64') }): Promise<Dcms> =>
  new Dcms({
    baseUrl: await gateway.start(),
    tenant: 'ACME_BANK',
    username: 'api_user',
    password: 'correct horse',
    keys: { clientKeys: { keys: [clientKey] }, ...keys },
    retry: { firstPauseMs: 1, pauseMaxMs: 5 },
  })

beforeEach(async () => {
  gateway = new FakeGateway()
  gateway.behave = () => ({ result: true })
  dcms = await client()
})
afterEach(async () => {
  await dcms.close()
  await gateway.stop()
})

const openV2 = (pin: unknown): string => {
  const bytes = Buffer.from(String(pin), 'base64')
  const decipher = createDecipheriv('aes-256-gcm', pinKey, bytes.subarray(0, 16), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(16, -16)).toString() + decipher.final().toString()
}
const openV1 = (pin: unknown): string => {
  const decipher = createDecipheriv('aes-256-ecb', pinKey, null)
  return decipher.update(String(pin), 'base64', 'utf8') + decipher.final('utf8')
}
const sent = (): { path: string; body: Record<string, unknown> }[] =>
  gateway.calls.map(({ path, body }) => ({ path, body: body as Record<string, unknown> }))

test.each(['set', 'validate'] as const)('pins.%s takes the clear PIN and sends v2, of the kit number', async (method) => {
  expect(await dcms.pins[method](card)).toBe(true)
  const [call] = sent()
  expect(call?.path).toBe(`/v1/kit-manager/v2/${method}Pin`)
  expect(call?.body).toEqual({ ...card, pin: expect.any(String) })
  expect(openV2(call?.body.pin)).toBe(ofKitNo)
})

test.each(['set', 'validate'] as const)(
  'pins.%s makes the block of the card number where it is given, and keeps it here',
  async (method) => {
    await dcms.pins[method]({ ...card, cardNumber })
    const [call] = sent()
    expect(call?.body).toEqual({ ...card, pin: expect.any(String) })
    expect(openV2(call?.body.pin)).toBe(ofCardNumber)
  },
)

test('v1 is used where it is asked for', async () => {
  await dcms.pins.set({ ...card, cardNumber }, { scheme: 'v1' })
  await dcms.pins.validate(card, { scheme: 'v1' })
  expect(sent().map(({ path }) => path)).toEqual(['/v1/kit-manager/setPin', '/v1/kit-manager/validatePin'])
  expect(sent().map(({ body }) => openV1(body.pin))).toEqual([ofCardNumber, ofKitNo])
})

test('a card is found by its number without the number being sent', async () => {
  const known = { cardNumber, expiryDate: '0729', mobileNo: '9876543210', pin: '1234' }
  await dcms.pins.validateCardEnding(known)
  await dcms.pins.validateCardEnding({ ...known, cvv: '237' }, { scheme: 'v1' })
  const [v2, v1] = sent()
  const body = { expiryDate: '0729', mobileNo: '9876543210', cardNoLastSix: '022751', pin: expect.any(String) }
  expect(v2).toEqual({ path: '/v1/kit-manager/v2/validateCardEnding', body })
  expect(v1).toEqual({ path: '/v1/kit-manager/validateCardEnding', body: { ...body, cvv: '237' } })
  expect([openV2(v2?.body.pin), openV1(v1?.body.pin)]).toEqual([ofCardNumber, ofCardNumber])
})

test('a CVV that would not be checked is refused rather than dropped, and a missing one too', async () => {
  const known = { cardNumber, expiryDate: '0729', mobileNo: '9876543210', pin: '1234' }
  await expect(dcms.pins.validateCardEnding({ ...known, cvv: '237' })).rejects.toMatchObject({ field: 'cvv' })
  await expect(dcms.pins.validateCardEnding(known, { scheme: 'v1' })).rejects.toMatchObject({ field: 'cvv' })
  await expect(dcms.pins.set(card, { scheme: 'v3' as 'v2' })).rejects.toMatchObject({ field: 'scheme' })
  expect(gateway.calls).toEqual([])
})

test('all tries of one call send the same ciphertext under the same idempotency key', async () => {
  gateway.behave = (_call, number) => (number < 3 ? { refuse: { code: 'service.unavailable' } } : { result: true })
  await dcms.pins.set({ ...card, requestId: 'set-1' })
  expect(new Set(sent().map(({ body }) => body.pin)).size).toBe(1)
  expect(gateway.calls.map(({ headers }) => headers['idempotency-key'])).toEqual(['set-1', 'set-1', 'set-1'])
})

test('a wrong PIN is the refusal of DCMS, in which it does not stand', async () => {
  gateway.behave = () => ({ refuse: { code: 'PIN002' } })
  const error = await dcms.pins.validate({ ...card, pin: '975312' }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(DcmsError)
  expect(inspect(error)).not.toContain('975312')
})

test.each([
  ['a PIN of three digits', { pin: '123' }, 'pin'],
  ['a PIN as a number', { pin: 1234 as unknown as string }, 'pin'],
  ['a card number with a wrong check digit', { cardNumber: '6080390000022752' }, 'cardNumber'],
  ['a kit number with letters and no card number', { kitNo: 'KIT42' }, 'kitNo'],
])('%s is refused before anything is sent', async (_what, change, field) => {
  const error = await dcms.pins.set({ ...card, ...change }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(DcmsInputError)
  expect(error).toMatchObject({ field })
  expect(gateway.calls).toEqual([])
})

test('a kit number with letters does where the card number is given', async () => {
  await dcms.pins.set({ ...card, kitNo: 'KIT42', cardNumber })
  expect(openV2(sent()[0]?.body.pin)).toBe(ofCardNumber)
})

test('a client without the PIN key works but for PINs', async () => {
  await dcms.close()
  await gateway.stop()
  gateway = new FakeGateway()
  dcms = await client({})
  await dcms.activateKit({ entityId: 'E1', kitNo: '1' })
  await expect(dcms.pins.set(card)).rejects.toThrow('keys.pinKey was not given to this client')
  expect(() => dcms.encryptPin('1234', { cardNumber })).toThrow('keys.pinKey was not given to this client')
})

test('those who build bodies themselves get the field alone', () => {
  expect(openV2(dcms.encryptPin('1234', { cardNumber }))).toBe(ofCardNumber)
  expect(openV1(dcms.encryptPinV1('1234', { kitNo: card.kitNo }))).toBe(ofKitNo)
})

test('nothing of the PIN or its key is shown of a client after use', async () => {
  await dcms.pins.set({ ...card, pin: '975312' })
  for (const shown of [
    inspect(dcms, { depth: 9, showHidden: true }),
    inspect(dcms.pins, { depth: 9, showHidden: true }),
    JSON.stringify(dcms),
    JSON.stringify(dcms.pins),
  ])
    for (const secret of ['975312', pinKey.toString('base64'), pinKey.toString('hex'), '<Buffer 09']) expect(shown).not.toContain(secret)
})
