// A bank's stock beside its model: whatever is done to the one is done to the other, and after each
// step every kit must be what the model says.
import type { KitsProduced } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { type Call, Scope } from '@dcms/service'
import { expect } from '@jest/globals'
import { ordersOf } from '../src/orders/order.ts'
import { expireOldKits } from '../src/stock/expire-old-kits.ts'
import { finishMovements } from '../src/stock/finish-movement.ts'
import { sumsOf } from '../src/stock/ledger.ts'
import { type Movement, movementsOf } from '../src/stock/movement.ts'
import { type ParentKit, parentKitsOf } from '../src/stock/parent-kit.ts'
import { type StockKit, stockOf } from '../src/stock/stock-kit.ts'
import { followStock } from '../src/stock/stock-kits.ts'
import { ledgerFaultOf } from '../src/stock/sum-stock.ts'
import { type Death, untilDeath } from './dying.ts'
import { kitEvent, nextNumber, orderLine, producedBatch } from './made.ts'
import type { StockBank } from './stock-bank.ts'
import { type Act, type Acting, acted, type ModelKit, ModelKitContext, modelOf, outcomesOf } from './stock-model.ts'
import { newBranch, storedOrder } from './stocked.ts'

const BRANCHES = 3
const REGISTRATION_MS = 16 * 60_000 // a hold has ended by then
const SWEPT_AFTER_MS = 60_000
const OLD = '2198-06-30'
const GOOD = '2199-07-31'
/** When the kits that are OLD are too old, and the others are not. */
const OLD_AT = new Date('2198-06-01T12:00:00Z')
/** What takes a kit out of the stock for good. */
const ends: readonly string[] = ['ALLOCATED', 'EXPIRED', 'DAMAGED']

interface Known extends ModelKit {
  box: string | undefined
  isOld: boolean
}

/** What was done to each kit, in no known order. */
class Acts {
  readonly #acts = new Map<string, Acting[]>()
  readonly #isComplete: boolean

  /** @param isComplete false: the process died meanwhile, and any of them may not have been done */
  constructor(isComplete = true) {
    this.#isComplete = isComplete
  }

  add(act: Act, kitNos: readonly string[], isSure = true): this {
    for (const kitNo of kitNos) this.#acts.set(kitNo, [...this.of(kitNo), { act, isSure: isSure && this.#isComplete }])
    return this
  }

  of(kitNo: string): readonly Acting[] {
    return this.#acts.get(kitNo) ?? []
  }
}

export class StockStory {
  readonly #bank: StockBank
  readonly #branches: string[]
  readonly #kits = new Map<string, Known>()
  #registrations: { id: string; kitNo: string }[] = []
  readonly #topic: ReceivedEvent[] = []
  readonly #heard: ReceivedEvent[] = []
  readonly #context = new ModelKitContext((kitNo, sequence, payload) => void this.#topic.push(kitEvent(kitNo, sequence, payload)))
  #nowMs = Date.now()

  private constructor(bank: StockBank, branches: string[]) {
    this.#bank = bank
    this.#branches = branches
    bank.clock = () => new Date(this.#nowMs)
  }

  /** The bank must have no other stock: jobs go through all of it. */
  static async begin(bank: StockBank): Promise<StockStory> {
    for (const modelOf of [stockOf, parentKitsOf, movementsOf, ordersOf]) await modelOf(bank.tenant).collection.deleteMany({})
    return new StockStory(bank, await Promise.all(Array.from({ length: BRANCHES }, () => newBranch(bank))))
  }

  /** An order whose kits are made, in two batches, one box for each, and not told of yet. */
  async order({ branch, count, isVirtual, isOld }: { branch: number; count: number; isVirtual: boolean; isOld: boolean }): Promise<void> {
    const of = isVirtual
      ? ({ cardType: 'VIRTUAL', productId: '2003_VIRTUAL' } as const)
      : ({ cardType: 'PHYSICAL', productId: '2003_PHYSICAL' } as const)
    const { _id: orderId } = await storedOrder(this.#bank, this.#branch(branch), [orderLine({ ...of, quantity: 2 * count })])
    for (const batch of [1, 2]) {
      const made = producedBatch(orderId, { ...of, batch, count, parents: [`P${nextNumber()}`], expDate: isOld ? OLD : GOOD })
      for (const { kitNo } of made.kits) this.#context.make(kitNo, orderId)
      this.#topic.push(kitEvent(orderId, batch, made))
    }
  }

  /** The kit context's next events arrive; `isTwice`: each once more. */
  async hear(count: number, isTwice: boolean, death?: Death): Promise<void> {
    for (let heard = 0; heard < count; heard++) {
      const [event, next] = this.#topic
      if (!event) return
      if (next && next.subject === event.subject && next.type === 'KitsProduced')
        await expect(this.#follow(next)).rejects.toMatchObject({ unavailable: true }) // too early: it waits
      const followed = await untilDeath(this.#bank, death, (call) => this.#follow(event, call))
      await this.#know(event)
      const { type, subject, payload } = event
      const status = payload.cardStatus as 'ASSIGNED' | 'EXPIRED_CARD'
      const acts = new Acts(followed !== null)
      await this.#settle(type === 'KitsProduced' ? acts : acts.add({ kind: 'told', status }, [subject]))
      if (followed === null) return
      this.#topic.shift()
      this.#heard.push(event)
      if (isTwice) await this.#follow(event)
      await this.#settle(new Acts())
    }
  }

  /** An event that was heard long ago arrives once more. */
  async hearAgain(which: number): Promise<void> {
    const event = this.#heard[which % this.#heard.length]
    if (event) await this.#follow(event)
    await this.#settle(new Acts())
  }

  /** The kit context hears of all withdrawals, those that it knows included. */
  async tellWithdrawals(): Promise<void> {
    for (const { kitNos } of await this.#told('KitsWithdrawn')) for (const kitNo of kitNos) this.#context.withdraw(kitNo)
  }

  /** One alone answers as the model says; several at once do what some order of them would. */
  async act(doings: readonly Doing[], death?: Death): Promise<void> {
    const isAlone = doings.length === 1
    const boxes = await this.#boxes()
    const begun = doings.map((doing) => this.#begin(doing, boxes, isAlone))
    const ends = await Promise.all(begun.map(({ run }) => untilDeath(this.#bank, isAlone ? death : undefined, run)))
    const acts = new Acts(!ends.includes(null))
    for (const { act, kitNos, packed = [] } of begun) acts.add(act, kitNos).add(act, packed, isAlone)
    await this.#settle(acts)
  }

  /** An open registration gets its kit, or gives it up. */
  async endRegistration(which: number, isConfirmed: boolean): Promise<void> {
    const registration = this.#registrations[which % this.#registrations.length]
    if (!registration) return
    const { id, kitNo } = registration
    this.#registrations = this.#registrations.filter((each) => each !== registration)
    if (isConfirmed) return this.#context.confirm(kitNo, id)
    this.#context.putBack(kitNo, id)
    await this.#bank.run('releaseKit', { kitNo, commandId: id })
    await this.#settle(new Acts().add({ kind: 'release', by: id }, [kitNo]))
  }

  /** Registrations that nobody finishes are given up, and their holds end by themselves. */
  wait(): void {
    this.#nowMs += REGISTRATION_MS
    for (const { id, kitNo } of this.#registrations) this.#context.putBack(kitNo, id)
    this.#registrations = []
  }

  /** The sweep finishes what processes that died have begun. */
  async sweep(death?: Death): Promise<void> {
    const left = await this.#movements({ status: 'MOVING' })
    const kits = await this.#stored()
    const { run } = finishMovements(() => this.#nowMs + SWEPT_AFTER_MS)
    const swept = await untilDeath(this.#bank, death, async (call) => {
      await run((_tenant, commandId) => this.#scope(commandId, call), this.#bank.tenant)
      return true
    })
    const acts = new Acts(swept !== null)
    for (const { _id, kitNos, fromBranch: from, toBranch: to } of left) {
      const open = kitNos.filter((kitNo) => !kits.get(kitNo)?.entries.some(({ ref }) => ref === _id))
      acts.add(from && to ? { kind: 'transfer', from, to } : { kind: 'withdraw' }, open)
    }
    await this.#settle(acts)
  }

  /** Kits that are too old are withdrawn. */
  async expireOld(): Promise<void> {
    const old = [...this.#kits].filter(([, { isOld }]) => isOld).map(([kitNo]) => kitNo)
    await this.#bank.job(expireOldKits, OLD_AT)
    await this.#settle(new Acts().add({ kind: 'withdraw' }, old))
  }

  /**
   * All that is left is done; then the contexts agree, and what was told is what happened, once.
   */
  async end(): Promise<void> {
    await this.sweep()
    await this.hear(Number.POSITIVE_INFINITY, false)
    await this.tellWithdrawals()
    await this.hear(Number.POSITIVE_INFINITY, false)
    const stored = await this.#stored()
    for (const [kitNo, { status, owner, orderId }] of this.#context.kits)
      expect(stored.get(kitNo)).toMatchObject({ _id: kitNo, orderId, kitStatus: status, ...(owner !== undefined && { entityId: owner }) })
    const movements = await this.#movements({})
    for (const { _id, status, kind, movedKitNos = [], outbox } of movements) {
      expect(status).toBe('DONE')
      const told = outbox.flatMap(({ payload }) => (payload as { kitNos: string[] }).kitNos)
      expect(told.toSorted()).toEqual(movedKitNos.toSorted())
      const moved = [...stored.values()].filter(({ entries }) => entries.some(({ ref }) => ref === _id)).map((kit) => kit._id)
      // One that was sent back had left before it was withdrawn; what is brought forward names
      // nothing.
      const isWhole =
        kind === 'TRANSFER' && ![...stored.values()].some(({ entries }) => entries.some(({ type }) => type === 'BROUGHT_FORWARD'))
      expect(isWhole ? told.toSorted() : told).toEqual(isWhole ? moved.toSorted() : expect.arrayContaining(moved))
    }
    for (const { _id, stocked, outbox } of await ordersOf(this.#bank.tenant).find().lean()) {
      expect([...stored.values()].filter(({ orderId }) => orderId === _id)).toHaveLength(stocked)
      expect(outbox.map(({ type }) => type)).toEqual(['OrderCompleted'])
    }
  }

  #branch = (at: number): string => this.#branches[at % this.#branches.length] ?? ''

  #scope = (commandId: string, call: Partial<Call> = {}): Scope => {
    const surroundings = { ...this.#bank.surroundings(), ...call }
    return new Scope({ ...surroundings, commandId, now: this.#bank.clock() })
  }

  #follow = (event: ReceivedEvent, call: Partial<Call> = {}): Promise<void> => followStock(this.#scope(`stock-${event.id}`, call), event)

  /** Kits of a batch are known once they are stored, also when the process died then. */
  async #know({ type, payload }: ReceivedEvent): Promise<void> {
    if (type !== 'KitsProduced') return
    const { kits, cardType, orderId } = payload as unknown as KitsProduced
    const order = await ordersOf(this.#bank.tenant).findById(orderId).lean()
    const stored = await this.#stored()
    for (const { kitNo, parentKitNo, expDate } of kits)
      if (stored.has(kitNo) && !this.#kits.has(kitNo))
        this.#kits.set(kitNo, {
          ...{ branchId: order?.branchId ?? '', isThere: true, status: 'UNALLOCATED', hold: null },
          delivery: cardType === 'PHYSICAL' ? 'BANK' : null,
          box: parentKitNo,
          isOld: expDate.startsWith(OLD),
        })
  }

  #begin(doing: Doing, boxes: Boxes, isAlone: boolean): Begun {
    const known = [...this.#kits]
    const chosen = [...new Set((doing.do === 'handOut' ? [doing.kit] : doing.kits).map((at) => known[at % known.length]))].filter(
      (each) => each !== undefined,
    )
    const [[first, kit] = []] = chosen
    if (first === undefined || kit === undefined) return { kitNos: [], act: { kind: 'withdraw' }, run: async () => undefined }
    const kitNos = chosen.map(([kitNo]) => kitNo)
    const inBox = known.filter(([, { box }]) => box === kit.box).map(([kitNo]) => kitNo)
    switch (doing.do) {
      case 'transfer':
        return this.#transfer({ kit, to: this.#branch(doing.to), kitNos, inBox: doing.isBox ? inBox : [] }, boxes, isAlone)
      case 'withdraw':
        return doing.isBox ? this.#withdraw({ parentKitNo: kit.box }, inBox, isAlone) : this.#withdraw({ kitNo: first }, [first], isAlone)
      case 'deliver':
        return this.#deliver(doing.status, kitNos, isAlone)
      case 'handOut':
        return this.#handOut(first, isAlone)
    }
  }

  #transfer({ kit, to, kitNos, inBox }: Transferring, boxes: Boxes, isAlone: boolean): Begun {
    const { branchId: from, box } = kit
    const act = { kind: 'transfer', from, to } as const
    const isThere = box !== undefined && boxes.get(box) === from
    const packed = isThere || !isAlone ? inBox.filter((kitNo) => !kitNos.includes(kitNo)) : []
    const named = [...kitNos, ...(inBox.length > 0 && box !== undefined ? [box] : [])]
    if (from === to) return { kitNos: [], act, run: (call) => this.#transferNone(from, named, call) }
    return {
      kitNos,
      packed,
      act,
      run: async (call) => {
        const going = new Set([...kitNos, ...packed].filter((kitNo) => this.#changes(kitNo, act)))
        const { result, code } = await this.#bank.run('transferKits', bodyOf(from, to, named), { ...call, ...newKey() })
        if (!isAlone) return
        const boxGoes = isThere && inBox.some((kitNo) => going.has(kitNo))
        const failed = named.filter((each) => (each === box ? !boxGoes : !going.has(each)))
        expect(result).toMatchObject({ successCount: named.length - failed.length, failedKitNo: failed })
        expect(code).toBe(failed.length === named.length ? 'INV001' : undefined)
      },
    }
  }

  async #transferNone(branchId: string, named: readonly string[], call: Partial<Call>): Promise<void> {
    expect(await this.#bank.run('transferKits', bodyOf(branchId, branchId, named), { ...call, ...newKey() })).toMatchObject({
      code: 'INV001',
      result: { failedKitNo: named },
    })
  }

  #withdraw(body: object, kitNos: string[], isAlone: boolean): Begun {
    return {
      kitNos,
      act: { kind: 'withdraw' },
      run: async (call) => {
        const gone = kitNos.some((kitNo) => this.#kits.get(kitNo)?.status === 'EXPIRED_CARD' || this.#changes(kitNo, { kind: 'withdraw' }))
        const { code } = await this.#bank.run('expireInstaKits', body, call)
        if (isAlone) expect(code).toBe(gone ? undefined : 'INV004')
      },
    }
  }

  #deliver(status: string, kitNos: string[], isAlone: boolean): Begun {
    const act = { kind: 'deliver', status } as const
    return {
      kitNos,
      act,
      run: async (call) => {
        const done = kitNos.map((kitNo) => this.#kits.get(kitNo)?.delivery === status || this.#changes(kitNo, act))
        const { result } = await this.#bank.run('updateDeliveryStatus', [{ deliveryStatus: status, kitNo: kitNos }], call)
        if (isAlone) expect((result as { result?: true }[]).map((row) => row.result === true)).toEqual(done)
      },
    }
  }

  #handOut(kitNo: string, isAlone: boolean): Begun {
    const id = `register-${nextNumber()}`
    return {
      kitNos: [kitNo],
      act: { kind: 'hold', by: id },
      run: async (call) => {
        const productId = this.#kits.get(kitNo)?.delivery === null ? '2003_VIRTUAL' : '2003_PHYSICAL'
        const may = this.#changes(kitNo, { kind: 'hold', by: id })
        const { status } = await this.#bank.run('holdKit', { kitNo, productId, commandId: id }, call)
        if (isAlone) expect(status === 200).toBe(may)
        if (status !== 200) return
        expect(this.#registrations.filter((each) => each.kitNo === kitNo)).toEqual([]) // nobody else has it in hand
        if (this.#context.reserve(kitNo, id)) this.#registrations.push({ id, kitNo })
      },
    }
  }

  #changes(kitNo: string, act: Act): boolean {
    const kit = this.#kits.get(kitNo)
    return kit !== undefined && acted(kit, act, this.#nowMs) !== kit
  }

  /** Every kit is what the acts may have made of it, in one branch at most, and the sums hold. */
  async #settle(acts: Acts): Promise<void> {
    const stored = await this.#stored()
    const sums = new Map<string, number>()
    for (const [kitNo, known] of this.#kits) {
      const kit = stored.get(kitNo)
      if (!kit) throw new Error(`kit ${kitNo} is gone`)
      const { box, isOld, ...before } = known
      const reached = modelOf(kit)
      expect(outcomesOf(before, acts.of(kitNo), this.#nowMs)).toContainEqual(reached)
      this.#kits.set(kitNo, { ...reached, box, isOld })
      expect([kitNo, ledgerFaultOf(kit)]).toEqual([kitNo, null])
      expect(kit.entries.filter(({ type }) => ends.includes(type)).length).toBeLessThanOrEqual(1)
      if (reached.isThere) sums.set(reached.branchId, (sums.get(reached.branchId) ?? 0) + 1)
    }
    const known = [...stored.values()].filter(({ _id }) => this.#kits.has(_id))
    expect(new Map(sumsOf(known.flatMap(({ entries }) => entries)))).toEqual(sums)
  }

  async #stored(): Promise<Map<string, StockKit>> {
    const kits = await stockOf(this.#bank.tenant).find({}, { outbox: 0 }).lean<StockKit[]>()
    return new Map(kits.map((kit) => [kit._id, kit]))
  }

  /** Where the boxes are. */
  async #boxes(): Promise<Boxes> {
    const boxes = await parentKitsOf(this.#bank.tenant).find({}, { branchId: 1 }).lean<ParentKit[]>()
    return new Map(boxes.map(({ _id, branchId }) => [_id, branchId]))
  }

  #movements = (filter: object): Promise<Movement[]> => movementsOf(this.#bank.tenant).find(filter).lean<Movement[]>()

  async #told(type: string): Promise<{ kitNos: string[] }[]> {
    return (await this.#movements({})).flatMap(({ outbox }) =>
      outbox.flatMap((event) => (event.type === type ? [event.payload as { kitNos: string[] }] : [])),
    )
  }
}

/** What somebody does with kits, which are chosen by their place among those that there are. */
export type Doing =
  | { do: 'transfer'; kits: readonly number[]; to: number; isBox: boolean }
  | { do: 'withdraw'; kits: readonly number[]; isBox: boolean }
  | { do: 'deliver'; kits: readonly number[]; status: string }
  | { do: 'handOut'; kit: number }

type Boxes = ReadonlyMap<string, string>

interface Transferring {
  kit: Known
  to: string
  kitNos: string[]
  /** All kits of its box, where that is named too. */
  inBox: string[]
}

const bodyOf = (fromBranch: string, toBranch: string, kitNo: readonly string[]) => ({ fromBranch, toBranch, kitNo })
const newKey = () => ({ idempotencyKey: `transfer-${nextNumber()}` })

interface Begun {
  /** The kits that it may change. */
  kitNos: readonly string[]
  /** Those that go with their box: at once with others that box may be elsewhere by then. */
  packed?: readonly string[]
  act: Act
  run: (call: Pick<Call, 'touched'>) => Promise<void>
}
