// Processes killed at any moment: nothing is lost, doubled or half done once they are back.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessName } from '@dcms/contract'
import { type Dcms, DcmsError } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventLog, eventually, type OwnKafka, startOwnKafka, startTestBank, type TestBank } from '../src/index.ts'

let kafka: OwnKafka
let bank: TestBank
let impatient: Dcms // one try only, so that the test sees what a kill does

beforeAll(async () => {
  kafka = await startOwnKafka()
  bank = await startTestBank({ kafkaBrokers: kafka.brokers })
  impatient = bank.connect({ retry: { triesMax: 1 } })
}, 150_000)
afterAll(async () => {
  await bank.stop()
  await kafka.remove()
})

const codeOf = (error: unknown): string => {
  if (error instanceof DcmsError) return error.errorCode
  throw error
}

/** Whether the customer exists: with exactly one card, or not at all. Anything between throws. */
async function bothOrNeither(entityId: string): Promise<'both' | 'neither'> {
  const kits = await bank.dcms.fetchKitsByEntityId({ entityId }).catch(codeOf)
  const customer = await bank.dcms.viewCustomer({ entityId }).catch(codeOf)
  if (kits === 'CUS001' && customer === 'CUS001') return 'neither'
  expect(kits).toHaveLength(1)
  expect(customer).toMatchObject({ entityId, kitInfo: [{ cardStatus: 'INACTIVE' }] })
  return 'both'
}

test.each([
  ['customer', 25],
  ['customer', 70],
  ['kit', 25],
  ['kit', 70],
] satisfies [ProcessName, number][])(
  'with the %s service killed %i ms into thirty registrations, each customer ends with its card or not at all, and a repeat completes it',
  async (name, killAfterMs) => {
    await bank.dcms.connect()
    const customers = Array.from({ length: 30 }, () => {
      const customer = bank.newCustomer()
      return { ...customer, requestId: `kill-${customer.entityId}` }
    })
    const calls = customers.map((customer) => impatient.register(customer).catch(() => undefined))
    await sleep(killAfterMs)
    const process = bank.installation.process(name)
    await process.kill()
    const answers = await Promise.all(calls)
    await process.restart()
    for (const [position, customer] of customers.entries()) {
      const before = answers[position]
      await eventually(async () => {
        const outcome = await bothOrNeither(customer.entityId)
        if (before) expect(outcome).toBe('both') // what was answered stands
      })
    }
    const repeated = await Promise.all(customers.map((customer) => eventually(() => bank.dcms.register(customer))))
    for (const [position, customer] of customers.entries()) {
      if (answers[position]) expect(repeated[position]).toEqual(answers[position])
      expect(await bothOrNeither(customer.entityId)).toBe('both')
    }
  },
  180_000,
)

/** Registers a customer with that many cards, all activated. */
async function withActiveCards(cards: number): Promise<{ entityId: string; kitNos: string[] }> {
  const { entityId } = await bank.dcms.register({ ...bank.newCustomer(), kitInfo: [] })
  const kitNos: string[] = []
  for (let left = cards; left > 0; left -= 5) {
    const kitInfo = Array.from({ length: Math.min(left, 5) }, () => ({ accountNo: '8642135', cardType: 'VIRTUAL' as const }))
    kitNos.push(...(await bank.dcms.registerCard({ entityId, kitInfo })).kitInfo.map(({ kitNo }) => kitNo))
  }
  for (const kitNo of kitNos) await bank.dcms.activateKit({ entityId, kitNo })
  return { entityId, kitNos }
}

const cardsOf = async (entityId: string) => await eventually(() => bank.dcms.fetchKitsByEntityId({ entityId }))

test.each([20, 60])(
  'with the kit service killed %i ms into the locking of fifty cards, a repeat locks the rest and lists them all, and so does it again',
  async (killAfterMs) => {
    const { entityId, kitNos } = await withActiveCards(50)
    const order = { entityId, operation: 'LOCK', requestId: `lock-${entityId}` } as const
    const call = impatient.manageAllKits(order).catch(() => undefined)
    await sleep(killAfterMs)
    await bank.installation.process('kit').kill()
    const answered = await call
    await bank.installation.process('kit').restart()
    const repeated = await eventually(() => bank.dcms.manageAllKits(order))
    if (answered) expect(repeated).toEqual(answered)
    expect(repeated.totalCardsManaged).toBe(50)
    expect(repeated.managedCards.map(({ kitNo }) => kitNo).toSorted()).toEqual(kitNos.toSorted())
    for (const card of repeated.managedCards) expect(card).toMatchObject({ previousStatus: 'ACTIVE', currentStatus: 'LOCKED' })
    expect(await bank.dcms.manageAllKits(order)).toEqual(repeated)
    expect(new Set((await cardsOf(entityId)).map(({ cardStatus }) => cardStatus))).toEqual(new Set(['LOCKED']))
  },
  180_000,
)

type Succession = (entityId: string, kitNo: string, requestId: string, dcms: Dcms) => Promise<{ kitInfo?: { kitNo: string }[] | undefined }>
const successions: Readonly<Record<'replace' | 'upgrade' | 'apply for a fresh card', Succession>> = {
  replace: (entityId, kitNo, requestId, dcms) =>
    dcms.manageKit({ entityId, oldKit: kitNo, operation: 'REPLACE', cardType: 'VIRTUAL', requestId }),
  upgrade: (entityId, kitNo, requestId, dcms) => dcms.upgradeCard({ entityId, kitNo, requestId }),
  'apply for a fresh card': (entityId, _kitNo, requestId, dcms) => dcms.applyForCard({ entityId, deliveryAddress: 'PERMANENT', requestId }),
}

test.each([
  ['replace', 30],
  ['upgrade', 45],
  ['apply for a fresh card', 60],
] satisfies [keyof typeof successions, number][])(
  'with the kit service killed while twenty customers %s, after %i ms, a repeat gives each one new card and no more',
  async (name, killAfterMs) => {
    const customers = await Promise.all(Array.from({ length: 20 }, () => withActiveCards(1)))
    const orders = customers.map(
      ({ entityId, kitNos: [kitNo = ''] }) =>
        (dcms: Dcms) =>
          successions[name](entityId, kitNo, `${name.slice(0, 5)}-${entityId}`, dcms),
    )
    const calls = orders.map((ask) => ask(impatient).catch(() => undefined))
    await sleep(killAfterMs)
    await bank.installation.process('kit').kill()
    const answers = await Promise.all(calls)
    await bank.installation.process('kit').restart()
    const repeated = await Promise.all(orders.map((ask) => eventually(() => ask(bank.dcms))))
    for (const [position, { entityId, kitNos }] of customers.entries()) {
      const [made] = repeated[position]?.kitInfo ?? []
      if (answers[position]) expect(answers[position]?.kitInfo).toMatchObject([{ kitNo: made?.kitNo }])
      const cards = await cardsOf(entityId)
      expect(cards.map(({ kitNo }) => kitNo).toSorted()).toEqual([...kitNos, made?.kitNo].toSorted())
      expect(cards.find(({ kitNo }) => kitNo === kitNos[0])?.cardStatus).toBe(name === 'replace' ? 'REPLACED' : 'ACTIVE')
    }
  },
  180_000,
)

test('registrations whose process died are finished by the sweep alone, without a repeat, or left nothing', async () => {
  await bank.dcms.connect()
  const customers = Array.from({ length: 20 }, () => bank.newCustomer()) // no requestId: nobody can repeat them
  const calls = customers.map((customer) => impatient.register(customer).catch(() => undefined))
  await sleep(60)
  await bank.installation.process('customer').kill()
  const answers = await Promise.all(calls)
  await bank.installation.process('customer').restart()
  for (const [position, customer] of customers.entries())
    await eventually(async () => {
      if ((await bothOrNeither(customer.entityId)) === 'both') return
      expect(answers[position]).toBeUndefined()
      await impatient.register({ ...customer, firstName: 'Usha', kitInfo: [] }) // refused while a half of one is there
    })
}, 150_000)

test('while the kit service stands still cards are not issued, and nothing comes of the calls later', async () => {
  const { entityId } = await bank.dcms.register(bank.newCustomer())
  const customer = bank.newCustomer()
  const card = { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' as const }] }
  bank.installation.process('kit').pause()
  await expect(impatient.registerCard(card)).rejects.toMatchObject({ errorCode: 'service.unavailable' })
  await expect(impatient.register(customer)).rejects.toMatchObject({ errorCode: 'service.unavailable' })
  bank.installation.process('kit').resume()
  expect(await bothOrNeither(customer.entityId)).toBe('neither')
  await eventually(() => bank.dcms.register(customer))
  expect(await bothOrNeither(customer.entityId)).toBe('both')
  await bank.dcms.registerCard(card)
  expect(await cardsOf(entityId)).toHaveLength(2)
}, 150_000)

test('an event committed but not published when its process died arrives after the restart, once in effect', async () => {
  const { entityId, kitInfo } = await bank.dcms.register(bank.newCustomer())
  const kitNo = kitInfo[0]?.kitNo ?? ''
  const before = await eventLog({ kafkaBrokers: kafka.brokers, installation: bank.installation.installation })
  await eventually(async () => expect(before.of('KitIssued', kitNo)).toHaveLength(1))
  await before.stop()

  await kafka.pause() // commits go on, publishing cannot
  expect(await bank.dcms.activateKit({ entityId, kitNo })).toBe('success')
  await bank.installation.process('kit').kill()
  await kafka.resume()
  const log = await eventLog({ kafkaBrokers: kafka.brokers, installation: bank.installation.installation })
  try {
    await bank.installation.process('kit').restart()
    await eventually(async () => expect(log.of('KitActivated', kitNo).length).toBeGreaterThanOrEqual(1), 40_000)
    expect(new Set(log.of('KitActivated', kitNo).map(({ id, sequence }) => `${id} ${sequence}`)).size).toBe(1)
    await bank.installation.process('kit').kill()
    // The customer context answers from its projection now: it saw the activation.
    await eventually(async () =>
      expect((await bank.dcms.viewCustomer({ entityId })).kitInfo).toEqual([expect.objectContaining({ kitNo, cardStatus: 'ACTIVE' })]),
    )
  } finally {
    await log.stop()
    await bank.installation.process('kit').restart()
  }
}, 120_000)

test('a service that is down is 503 in the envelope, and the others go on', async () => {
  const { entityId, kitInfo } = await bank.dcms.register(bank.newCustomer())
  const kitNo = kitInfo[0]?.kitNo ?? ''
  await bank.installation.process('pin-preference').kill()
  await expect(impatient.fetchPreference({ entityId, kitNo })).rejects.toMatchObject({ errorCode: 'service.unavailable', status: 503 })
  expect(await impatient.activateKit({ entityId, kitNo })).toBe('success')
  await bank.installation.process('pin-preference').restart()
  await eventually(async () => expect(await impatient.fetchPreference({ entityId, kitNo })).toMatchObject({ kitNo }))
}, 150_000)

test('processes that end gracefully under traffic lose no call', async () => {
  const { entityId } = await bank.dcms.register(bank.newCustomer())
  const patient = bank.connect({ retry: { triesMax: 30, totalTimeMs: 60_000 } }) // a restart may take seconds on a busy machine
  let running = true
  let calls = 0
  const traffic = Array.from({ length: 4 }, async () => {
    while (running) {
      await patient.registerCard({ entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }] })
      calls++
    }
  })
  for (const name of ['kit', 'customer', 'gateway'] as const) {
    await sleep(300)
    await bank.installation.process(name).restart()
  }
  await sleep(300)
  running = false
  await Promise.all(traffic)
  expect(await bank.dcms.fetchKitsByEntityId({ entityId })).toHaveLength(calls + 1)
}, 150_000)
