// Finding a card by its last six digits: what fits is found, and nothing else; the work is the same
// when nothing does.
import { type Hsm, Secret } from '@dcms/card-crypto'
import { cvvAad } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { type Kit, type KitStatus, kitsOf } from '../kit.ts'
import { cardVault } from '../vault/card-vault.ts'

let bank: KitBank
let card: Kit
let cardNoLastSix: string
let cvv: string
beforeAll(async () => {
  bank = await KitBank.start()
  card = await bank.issue('E1')
  cardNoLastSix = (await bank.cardNumberOf(card)).slice(-6)
  cvv = usedSecret('cvv', (await bank.vault.cvv(bank.tenant, card)).reveal())
})
afterAll(() => bank.close())

const asked = (change: object = {}) => ({ cardNoLastSix, expiry: card.expiry, entityIds: ['E1'], ...change })
const sealed = (digits: string): Promise<string> => bank.newHsmOfAnotherContext().sealForZone(bank.tenant.id, new Secret(digits), cvvAad)
const otherCvv = (): string => (cvv === '111' ? '222' : '111')
const found = async (body: object) => (await bank.run('findCards', body)).result

test('a card is found among several customers, with what validation needs of it', async () => {
  expect(await found(asked({ entityIds: ['E0', 'E1', 'E2'] }))).toEqual([
    { kitNo: card._id, entityId: 'E1', productId: '2003_VIRTUAL', cardStatus: 'ACTIVE', accountNo: '8642135' },
  ])
})

test.each([
  ['other digits', () => ({ cardNoLastSix: cardNoLastSix === '000000' ? '000001' : '000000' })],
  ['another expiry', () => ({ expiry: '2501' })],
  ['another customer', () => ({ entityIds: ['E2'] })],
  ['no customer', () => ({ entityIds: [] })],
])('with %s nothing is found', async (_what, change) => {
  expect(await found(asked(change()))).toEqual([])
})

test('the CVV another context sealed must be the card’s', async () => {
  expect(await found(asked({ sealedCvv: await sealed(cvv) }))).toMatchObject([{ kitNo: card._id }])
  expect(await found(asked({ sealedCvv: await sealed(otherCvv()) }))).toEqual([])
})

test('a CVV that was not sealed for this use opens nothing', async () => {
  const forAnotherUse = await bank.newHsmOfAnotherContext().sealForZone(bank.tenant.id, new Secret(cvv), 'zone/other')
  await expect(bank.run('findCards', asked({ sealedCvv: forAnotherUse }))).rejects.toMatchObject({ code: 'ciphertext.invalid' })
})

test.each(['RESERVED', 'UNALLOCATED'] as const)('a kit that is %s is not found', async (status: KitStatus) => {
  const each = await bank.issue('E3', status)
  const digits = (await bank.cardNumberOf(each)).slice(-6)
  expect(await found({ cardNoLastSix: digits, expiry: each.expiry, entityIds: ['E3'] })).toEqual([])
})

test.each(['INACTIVE', 'LOCKED', 'BLOCKED', 'REPLACED'] as const)(
  'a kit that is %s is found: what that means the caller decides',
  async (status) => {
    const each = await bank.issue('E4', status)
    const digits = (await bank.cardNumberOf(each)).slice(-6)
    expect(await found({ cardNoLastSix: digits, expiry: each.expiry, entityIds: ['E4'] })).toMatchObject([{ cardStatus: status }])
  },
)

test('one CVV is computed whether no card fits, one does, or one with another CVV', async () => {
  const computed: (string | null)[] = []
  const counting: Hsm = new Proxy(bank.hsm, {
    get(hsm, name) {
      const member: unknown = Reflect.get(hsm, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        if (name === 'verifyCvv') computed.push(given[1] === null ? null : 'a card')
        return Reflect.apply(member, hsm, given)
      }
    },
  })
  const vault = cardVault(counting)
  for (const [change, digits] of [
    [{ entityIds: [] }, cvv],
    [{ cardNoLastSix: '000000' }, cvv],
    [{}, cvv],
    [{}, otherCvv()],
  ] as const)
    await bank.run('findCards', asked({ ...change, sealedCvv: await sealed(digits) }), {}, vault)
  expect(computed).toEqual([null, null, 'a card', 'a card'])
  computed.length = 0
  await bank.run('findCards', asked(), {}, vault)
  expect(computed).toEqual([])
})

test('two cards with the same digits are both told, and each is checked', async () => {
  const twin = await bank.issue('E1')
  const { lastSixIndex, expiry } = card
  await kitsOf(bank.tenant).updateOne({ _id: twin._id }, { $set: { lastSixIndex, expiry } })
  expect(await found(asked())).toHaveLength(2)
  const ofTwin = (await bank.vault.cvv(bank.tenant, await bank.kit(twin._id))).reveal()
  const withCvv = (await found(asked({ sealedCvv: await sealed(ofTwin) }))) as { kitNo: string }[]
  expect(withCvv.map(({ kitNo }) => kitNo)).toEqual(ofTwin === cvv ? expect.arrayContaining([twin._id]) : [twin._id])
  await kitsOf(bank.tenant).deleteOne({ _id: twin._id })
})

test('digits stand in no kit, nor is their index that of the whole number', async () => {
  const { outbox, ...stored } = await bank.kit(card._id)
  const pan = await bank.cardNumberOf(card)
  const text = JSON.stringify([stored, outbox])
  expect(text).not.toContain(pan.slice(6, 12))
  expect(stored.lastSixIndex).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(stored.lastSixIndex).not.toBe(await bank.hsm.mac(bank.tenant.id, 'index', cardNoLastSix))
})
