// The whole road once, through the gateway, sealed: what a bank's engineer does on the first day.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventLog, eventually, startTestBank, type TestBank } from '../src/index.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await startTestBank()
}, 150_000)
afterAll(() => bank.stop())

const refused = (errorCode: string) => expect.objectContaining({ errorCode })

async function issueCard() {
  const customer = bank.newCustomer()
  const { kitInfo } = await bank.dcms.register(customer)
  const [kit] = kitInfo
  if (!kit) throw new Error('no card was issued')
  return { entityId: customer.entityId, kitNo: kit.kitNo, kit }
}

test('a customer registered with a card has both, shown masked', async () => {
  const { entityId, kitNo, kit } = await issueCard()
  expect(kit).toMatchObject({
    entityId,
    cardStatus: 'INACTIVE',
    cardType: 'VIRTUAL',
    bin: '608040',
    productId: '2003_VIRTUAL',
    networkType: 'RUPAY',
  })
  expect(kit.cardNumber).toMatch(/^608040X{6}\d{4}$/)
  expect(kit.expDate).toMatch(/^\d{4}-\d\d-\d\dT00:00:00\.000\+00:00$/)
  const view = await bank.dcms.viewCustomer({ entityId })
  expect(view).toMatchObject({ entityId, firstName: 'Asha', kycInfo: [{ documentType: 'PAN', documentNo: 'XXXXXX234F' }] })
  expect(view.kitInfo).toEqual([expect.objectContaining({ kitNo, cardStatus: 'INACTIVE' })])
  expect(view.kitInfo?.[0]).not.toHaveProperty('encryptedCardNumber')
  expect(view.accountKitMapping).toEqual([{ entityId, accountNo: '8642135', kitNo }])
})

test('the encrypted card number opens with the field key and fits the mask', async () => {
  const { entityId } = await issueCard()
  const [kit] = await bank.dcms.fetchKitsByEntityId({ entityId })
  if (!kit?.encryptedCardNumber) throw new Error('no encrypted card number was given')
  const pan = bank.dcms.decryptCardNumber(kit.encryptedCardNumber)
  expect(pan).toMatch(/^608040\d{10}$/)
  expect(`${pan.slice(0, 6)}XXXXXX${pan.slice(-4)}`).toBe(kit.cardNumber)
  expect(Buffer.from(kit.encryptedCardNumber, 'base64')).toHaveLength(16 + 16 + 16)
})

test('a customer without a card has no kits; an unknown one is refused', async () => {
  const { kitInfo: _none, deliveryAddress: _neither, ...customer } = bank.newCustomer()
  expect(await bank.dcms.register(customer)).toEqual({ entityId: customer.entityId, kitInfo: [] })
  expect(await bank.dcms.fetchKitsByEntityId({ entityId: customer.entityId })).toEqual([])
  await expect(bank.dcms.fetchKitsByEntityId({ entityId: 'nobody' })).rejects.toEqual(refused('CUS001'))
  await expect(bank.dcms.viewCustomer({ entityId: 'nobody' })).rejects.toEqual(refused('CUS001'))
})

test('an entityId that is taken is refused', async () => {
  const customer = bank.newCustomer()
  await bank.dcms.register(customer)
  await expect(bank.dcms.register(customer)).rejects.toEqual(refused('entity.already.exists'))
})

test('a kitNo that is not in stock is refused, and the refused customer does not exist', async () => {
  const customer = { ...bank.newCustomer(), kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' as const, kitNo: '4240171508' }] }
  await expect(bank.dcms.register(customer)).rejects.toEqual(refused('kit.not.found'))
  await expect(bank.dcms.viewCustomer({ entityId: customer.entityId })).rejects.toEqual(refused('CUS001'))
  const { kitInfo: _none, ...again } = customer
  await bank.dcms.register(again) // the entityId is free
})

test('a second customer cannot hold an account as primary', async () => {
  const primary = () => {
    const customer = bank.newCustomer()
    return { ...customer, accountInfo: customer.accountInfo.map((account) => ({ ...account, isPrimary: true })) }
  }
  const accountNo = `77${Date.now()}`
  const withAccount = () => {
    const customer = primary()
    return {
      ...customer,
      accountInfo: customer.accountInfo.map((account) => ({ ...account, accountNo })),
      kitInfo: [{ accountNo, cardType: 'VIRTUAL' as const }],
    }
  }
  await bank.dcms.register(withAccount())
  const second = withAccount()
  await expect(bank.dcms.register(second)).rejects.toEqual(refused('invalid.source.account'))
  await expect(bank.dcms.viewCustomer({ entityId: second.entityId })).rejects.toEqual(refused('CUS001'))
})

test('registerCard issues a further card; the account must be the customer’s, the tier known', async () => {
  const { entityId } = await issueCard()
  const { kitInfo } = await bank.dcms.registerCard({
    entityId,
    deliveryAddress: 'PERMANENT',
    kitInfo: [{ accountNo: '8642135', cardType: 'PHYSICAL' }],
  })
  expect(kitInfo).toEqual([expect.objectContaining({ cardType: 'PHYSICAL', cardStatus: 'INACTIVE', productId: '2003_PHYSICAL' })])
  expect((await bank.dcms.fetchKitsByEntityId({ entityId })).map(({ cardType }) => cardType)).toEqual(['VIRTUAL', 'PHYSICAL'])
  const wrong = (kit: { accountNo: string; cardType: 'PHYSICAL' | 'VIRTUAL'; tierType?: string }) =>
    bank.dcms.registerCard({ entityId, deliveryAddress: 'PERMANENT', kitInfo: [kit] })
  await expect(wrong({ accountNo: '1', cardType: 'VIRTUAL' })).rejects.toEqual(refused('invalid.source.account'))
  await expect(wrong({ accountNo: '8642135', cardType: 'VIRTUAL', tierType: 'COPPER' })).rejects.toEqual(refused('tier.not.found'))
  await expect(bank.dcms.registerCard({ entityId: 'nobody', kitInfo: [{ accountNo: '1', cardType: 'VIRTUAL' }] })).rejects.toEqual(
    refused('CUS001'),
  )
  await expect(bank.dcms.registerCard({ entityId, kitInfo: [{ accountNo: '8642135', cardType: 'PHYSICAL' }] })).rejects.toEqual(
    expect.objectContaining({ errorCode: 'invalid.input.request', fieldError: ['deliveryAddress is required for a PHYSICAL card'] }),
  )
})

test('a card is activated, locked, unlocked, blocked and replaced, and refuses what its status forbids', async () => {
  const { entityId, kitNo } = await issueCard()
  const manage = (operation: 'LOCK' | 'UNLOCK' | 'BLOCK' | 'REPLACE') =>
    bank.dcms.manageKit({ entityId, oldKit: kitNo, operation, cardType: 'VIRTUAL' })
  await expect(manage('LOCK')).rejects.toEqual(refused('card.status.active'))
  expect(await bank.dcms.activateKit({ entityId, kitNo })).toBe('success')
  await expect(bank.dcms.activateKit({ entityId, kitNo })).rejects.toEqual(refused('card.already.active'))
  await expect(manage('UNLOCK')).rejects.toEqual(refused('card.status.active'))
  expect(await manage('LOCK')).toEqual({ status: true })
  expect((await bank.dcms.viewCustomer({ entityId })).kitInfo?.[0]?.cardStatus).toBe('LOCKED')
  await expect(bank.dcms.activateKit({ entityId, kitNo })).rejects.toEqual(refused('card.status.active'))
  expect(await manage('UNLOCK')).toEqual({ status: true })
  expect(await manage('BLOCK')).toEqual({ status: true })
  await expect(manage('BLOCK')).rejects.toEqual(refused('card.already.blocked'))
  await expect(manage('LOCK')).rejects.toEqual(refused('card.blocked'))
  await expect(bank.dcms.activateKit({ entityId, kitNo })).rejects.toEqual(refused('card.already.blocked'))
  const replaced = await manage('REPLACE')
  expect(replaced).toMatchObject({ status: true, entityId, kitInfo: [{ cardStatus: 'INACTIVE', accountNo: expect.any(String) }] })
  await expect(manage('REPLACE')).rejects.toEqual(refused('card.status.active'))
  expect(await bank.dcms.activateKit({ entityId, kitNo: replaced.kitInfo?.[0]?.kitNo ?? '' })).toBe('success')
})

test('a kit of another customer is as unknown as one that does not exist', async () => {
  const { kitNo } = await issueCard()
  const other = await issueCard()
  await expect(bank.dcms.activateKit({ entityId: other.entityId, kitNo })).rejects.toEqual(refused('MCC007'))
  await expect(bank.dcms.activateKit({ entityId: other.entityId, kitNo: '1' })).rejects.toEqual(refused('MCC007'))
  await expect(bank.dcms.fetchPreference({ entityId: other.entityId, kitNo })).rejects.toEqual(refused('MCC007'))
})

test('a new card has the default preferences of its product, by the event that issued it', async () => {
  const { entityId, kitNo } = await issueCard()
  const preference = await bank.dcms.fetchPreference({ entityId, kitNo })
  expect(preference.international).toEqual({ isEnabled: false })
  expect(preference.domestic).toMatchObject({
    isEnabled: true,
    atm: { isEnabled: true, dailyLimit: '100000', maxLimit: '100000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
    pos: { isEnabled: true },
    ecom: { isEnabled: false },
    contactless: { isEnabled: false, monthlyLimit: '150000', yearlyLimit: '1800000' },
  })
})

test('each change of a card is one event, numbered without gaps', async () => {
  const { entityId, kitNo } = await issueCard()
  await bank.dcms.activateKit({ entityId, kitNo })
  await bank.dcms.manageKit({ entityId, oldKit: kitNo, operation: 'LOCK', reason: 'phone lost', channel: 'MOBILE' })
  const log = await eventLog({ kafkaBrokers: bank.installation.engines.kafkaBrokers, installation: bank.installation.installation })
  try {
    const ofKit = await eventually(async () => {
      const found = log.events.filter(({ subject }) => subject === kitNo)
      expect(found).toHaveLength(3)
      return found
    })
    expect(ofKit.map(({ type, sequence, tenant }) => [type, sequence, tenant])).toEqual([
      ['KitIssued', 1, 'ACME_BANK'],
      ['KitActivated', 2, 'ACME_BANK'],
      ['KitLocked', 3, 'ACME_BANK'],
    ])
    expect(ofKit[2]?.payload).toMatchObject({ previousStatus: 'ACTIVE', reason: 'phone lost', channel: 'MOBILE' })
    await eventually(async () => expect(log.of('CustomerRegistered', entityId)).toHaveLength(1))
  } finally {
    await log.stop()
  }
})

test('a body with faults names every field at fault', async () => {
  const customer = { ...bank.newCustomer(), dob: '1978-13-01', gender: 'X', kitInfo: [{ cardType: 'METAL' }] }
  await expect(bank.dcms.register(customer as never)).rejects.toEqual(
    expect.objectContaining({
      errorCode: 'invalid.input.request',
      fieldError: [
        'gender must be one of MALE, FEMALE, OTHER',
        'dob must be a valid date, YYYY-MM-DD',
        'kitInfo[0].cardType must be one of PHYSICAL, VIRTUAL',
      ],
    }),
  )
})

test('two activations at once: one wins, the other is refused, one KitActivated', async () => {
  const { entityId, kitNo } = await issueCard()
  const outcomes = await Promise.allSettled([bank.dcms.activateKit({ entityId, kitNo }), bank.dcms.activateKit({ entityId, kitNo })])
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { errorCode: 'card.already.active' } })
  const log = await eventLog({ kafkaBrokers: bank.installation.engines.kafkaBrokers, installation: bank.installation.installation })
  try {
    await bank.dcms.manageKit({ entityId, oldKit: kitNo, operation: 'LOCK' })
    await eventually(async () => expect(log.of('KitLocked', kitNo)).toHaveLength(1)) // behind any second KitActivated
    expect(log.of('KitActivated', kitNo)).toHaveLength(1)
  } finally {
    await log.stop()
  }
})

test('the same requestId three times, one after the other and at once: one customer, one card, the same answer', async () => {
  const customer = { ...bank.newCustomer(), requestId: `r-${Date.now()}` }
  const [first, second, third] = await Promise.all([
    bank.dcms.register(customer),
    bank.dcms.register(customer),
    bank.dcms.register(customer),
  ])
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  expect(await bank.dcms.register(customer)).toEqual(first)
  expect(await bank.dcms.fetchKitsByEntityId({ entityId: customer.entityId })).toHaveLength(1)
  await expect(bank.dcms.register({ ...customer, lastName: 'Other' })).rejects.toEqual(refused('idempotency.conflict'))
})

test('the same work in one-shot mode', async () => {
  const dcms = bank.connect({ mode: 'one-shot' })
  const customer = bank.newCustomer()
  expect((await dcms.register(customer)).kitInfo).toHaveLength(1)
  expect((await dcms.viewCustomer({ entityId: customer.entityId })).entityId).toBe(customer.entityId)
})
