// Replacing and upgrading when time goes by in between: a command that stood still, a repeat that
// comes late, a new card that is lost on its way. Rule: docs/rules.md#one-card-one-successor.
import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '@dcms/contract'
import { type Call, type Decision, type Outcome, Scope, type Stored, type TenantModel } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { releaseReservations } from '../src/issuing/release-reservations.ts'
import { kitsOf } from '../src/kit.ts'
import { finishSuccessions } from '../src/life/finish-successions.ts'
import { replaceKit } from '../src/life/replace-kit.ts'
import { KitBank, notAsked } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, newKitOf, tieredTenant } from './life.ts'

let bank: KitBank
let entityId = ''

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  entityId = `req-${randomUUID()}`
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
})

const run = (name: string, body: object, change: object = {}) => bank.run(name, body, { tenant: tieredTenant(bank), ...change })
const replace = (oldKit: string) => run('manageKit', { entityId, oldKit, operation: 'REPLACE', cardType: 'VIRTUAL' })
const upgrade = (kitNo: string, more: object = {}, change: object = {}) => run('upgradeCard', { entityId, kitNo, ...more }, change)

/**
 * A process that stands still before its first write to a card that stands already, for longer than
 * a reservation lasts.
 */
class StalledScope extends Scope {
  isStalled = true
  override async commit<State extends Stored, Result, Code extends ErrorCode>(
    modelOf: TenantModel<State>,
    state: State | null,
    decision: Decision<State, { type: string }, Code>,
    result: Result,
  ): Promise<Outcome<Result, Code>> {
    if (this.isStalled) {
      this.isStalled = false
      const made = { entityId, status: 'RESERVED' as const }
      await kitsOf(bank.tenant).updateOne(made, { $set: { 'reservation.until': new Date(0) } })
      await bank.sweep(releaseReservations(notAsked))
      expect(await kitsOf(bank.tenant).countDocuments(made)).toBe(0)
    }
    return await super.commit(modelOf, state, decision, result)
  }
}

test('a command that stood still until its new kit was taken back makes another one and names that', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const parts = { vault: bank.vault, numbering: bank.newNumbering(), customer: customerContext({ mobiles: { [entityId]: [] } }) }
  const order = { entityId, oldKit: old._id, operation: 'REPLACE', cardType: 'VIRTUAL' } as const
  const scope = new StalledScope({
    tenant: tieredTenant(bank),
    now: new Date(),
    commandId: randomUUID(),
    requestId: randomUUID(),
    user: 'api_user',
    roles: [],
    relay: { nudge: () => undefined } as unknown as Call['relay'],
    sources: { of: () => undefined } as unknown as Call['sources'],
  })
  const put = await replaceKit(order, scope, parts)
  const [before, next, ...others] = await kitsOfEntity(bank, entityId)
  expect(others).toEqual([])
  expect(put).toMatchObject({ kind: 'answer', result: { kitInfo: [{ kitNo: next?._id }] } })
  expect(before).toMatchObject({ status: 'REPLACED', successor: { kitNo: next?._id } })
  expect(next?.status).toBe('INACTIVE')
})

test('a repeat finds its new card also after the old one went through more steps than are remembered', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const requestId = randomUUID()
  await expect(upgrade(old._id, { requestId }, dyingAfter(1))).rejects.toThrow('the process died')
  for (let count = 0; count < 5; count++)
    for (const operation of ['LOCK', 'UNLOCK']) await run('manageKit', { entityId, oldKit: old._id, operation })
  const { kitNo } = newKitOf(await upgrade(old._id, { requestId }))
  expect((await kitsOfEntity(bank, entityId)).map(({ _id }) => _id)).toEqual([old._id, kitNo])
})

test('an upgrade that was blocked before it was activated hands on whose place it was to take', async () => {
  const old = await bank.issue(entityId, 'ACTIVE')
  const lost = newKitOf(await upgrade(old._id))
  await run('manageKit', { entityId, oldKit: lost.kitNo, operation: 'BLOCK' })
  const { kitNo } = newKitOf(await replace(lost.kitNo))
  await run('activateKit', { entityId, kitNo })
  expect((await bank.kit(old._id)).status).toBe('REPLACED')
})

test('a succession that cannot be finished is passed over at ever longer pauses, and the others are finished', async () => {
  const [broken, fine] = [await bank.issue(entityId, 'ACTIVE'), await bank.issue(entityId, 'ACTIVE')]
  for (const { _id } of [broken, fine]) await expect(upgrade(_id, {}, dyingAfter(1))).rejects.toThrow('the process died')
  const named = (await bank.kit(broken._id)).successor?.kitNo
  await kitsOf(bank.tenant).updateOne({ _id: named }, { $set: { 'reservation.commandId': 'somebody else' } })
  const at = (laterMs: number) => bank.sweep(finishSuccessions(() => Date.now() + laterMs))
  await expect(at(60_000)).rejects.toThrow('1 successions could not be finished')
  expect((await bank.kit(fine._id)).successorPendingAt).toBeUndefined()
  await at(90_000)
  await expect(at(180_000)).rejects.toThrow('1 successions could not be finished')
  await at(270_000)
  await kitsOf(bank.tenant).updateOne(
    { _id: named },
    { $set: { 'reservation.commandId': (await bank.kit(broken._id)).successor?.commandId } },
  )
  await at(3_600_000)
  expect((await bank.kit(named ?? '')).status).toBe('ASSIGNED')
})
