// What card validation asks of other contexts, answered from maps over a TestBank, with a trace of
// all work that a call makes.
import { randomInt } from 'node:crypto'
import type { Hsm } from '@dcms/card-crypto'
import {
  type AccountInfo,
  accountsOfEntityEndpoint,
  comparableMobileNumber,
  customersByMobileEndpoint,
  cvvAad,
  type FindCards,
  type FoundKit,
  findCardsEndpoint,
} from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { type Answer, type Call, type Command, type InternalClient, ServiceUnavailable } from '@dcms/service'
import { limitFailures } from '../src/limit-failures.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import type { EndingParts } from '../src/validate-card-ending.ts'
import type { TestBank } from './test-bank.ts'

export const PIN = '4826'
export const CVV = usedSecret('cvv', '237')
export const account: AccountInfo = {
  accountNo: '036657655673',
  accountStatus: 'ACTIVE',
  accountType: 'SAVING',
  accountsCurrency: 'INR',
  schemeCode: '2003',
  isPrimary: false,
  defaultAccount: false,
  initialFunding: '8000',
}

export interface KnownCard {
  kitNo: string
  entityId: string
  mobileNo: string
  cardNoLastSix: string
  expiryDate: string
}

interface Raw extends Pick<Answer, 'status' | 'body' | 'headers'> {
  code: string | undefined
  result: unknown
}

export class KnownCards {
  readonly parts: EndingParts
  /** Calls between services, work of the HSM and of the store, in their order. */
  trace: string[] = []
  isCustomerAway = false
  readonly #bank: TestBank
  readonly #customers = new Map<string, { mobileNo: string; accounts: AccountInfo[] }>()

  constructor(bank: TestBank) {
    this.#bank = bank
    const hsm = traced(bank.hsm, (method) => this.trace.push(`hsm ${method}`))
    this.parts = { hsm, kit: this.#kit, customer: this.#customer, limit: limitFailures(hsm) }
    bank.tenant.database.set('debug', (_collection: string, method: string) => void this.trace.push(`store ${method}`))
  }

  /** A customer of its own number with a card that has the PIN. */
  async issue(change: { cardStatus?: FoundKit['cardStatus']; mobileNo?: string; withoutPin?: true } = {}): Promise<KnownCard> {
    const {
      cardStatus = 'ACTIVE',
      mobileNo = `98${randomInt(10 ** 8)
        .toString()
        .padStart(8, '0')}`,
      withoutPin,
    } = change
    const entityId = `c${randomInt(10 ** 9)}`
    const kitNo = this.#bank.issue({ entityId, accountNo: account.accountNo })
    if (!withoutPin) {
      const set = await this.#bank.run(setPinV2(this.parts), { ...this.#bank.body(kitNo, PIN), entityId })
      if (set.result !== true) throw new Error(`the PIN was refused with ${set.code}`)
    }
    this.#bank.change(kitNo, { cardStatus })
    this.#customers.set(entityId, { mobileNo, accounts: [account, { ...account, accountNo: '1' }] })
    return { kitNo, entityId, mobileNo, cardNoLastSix: this.#numberOf(kitNo).slice(-6), expiryDate: '0729' }
  }

  /**
   * Another card with the same last six digits, expiry and customer: only a bank with two BINs has
   * that.
   */
  double({ kitNo }: KnownCard): string {
    const known = this.#bank.kits.get(kitNo)
    if (!known) throw new Error(`kit ${kitNo} was not issued`)
    return this.#bank.issue({ ...known })
  }

  #numberOf(kitNo: string): string {
    return this.#bank.kits.get(kitNo)?.cardNumber ?? ''
  }

  /** Runs a call and gives all of its answer; the trace is that of this call alone. */
  async call(command: Command, body: object, change: Partial<Call> & { settings?: { pinV1: boolean } } = {}): Promise<Raw> {
    this.trace = []
    let raw: Answer = { status: 0, body: '' }
    const kept: Command = {
      endpoint: command.endpoint,
      run: async (given, call) => {
        raw = await command.run(given, call)
        return raw
      },
    }
    const { code, result } = await this.#bank.run(kept, body, change)
    return { ...raw, code, result }
  }

  readonly #customer: InternalClient = {
    call: async (endpoint, body) => {
      this.trace.push(`call ${endpoint.path}`)
      if (this.isCustomerAway) throw new ServiceUnavailable('the customer context is away')
      if (endpoint.path === accountsOfEntityEndpoint.path) {
        const { entityId, accountNos } = body as { entityId: string; accountNos: string[] }
        const accounts = this.#customers.get(entityId)?.accounts.filter(({ accountNo }) => accountNos.includes(accountNo)) ?? []
        return { kind: 'answer', result: { accounts } as never }
      }
      if (endpoint.path !== customersByMobileEndpoint.path) throw new Error(`${endpoint.path} is not answered here`)
      const asked = body as { mobileNo: string; entityId?: string }
      const entityIds = [...this.#customers]
        .filter(([, { mobileNo }]) => comparableMobileNumber(mobileNo) === comparableMobileNumber(asked.mobileNo))
        .map(([entityId]) => entityId)
        .filter((entityId) => asked.entityId === undefined || entityId === asked.entityId)
      return { kind: 'answer', result: { entityIds } as never }
    },
    close: async () => undefined,
  }

  readonly #kit: InternalClient = {
    call: async (endpoint, body, scope) => {
      this.trace.push(`call ${endpoint.path}`)
      if (endpoint.path !== findCardsEndpoint.path) return await this.#bank.kit.call(endpoint, body, scope)
      return { kind: 'answer', result: (await this.#find(body as FindCards)) as never }
    },
    close: async () => undefined,
  }

  async #find({ cardNoLastSix, expiry, entityIds, sealedCvv }: FindCards): Promise<FoundKit[]> {
    const cvv = sealedCvv === undefined ? undefined : (await this.#bank.hsm.openFromZone('ACME_BANK', sealedCvv, cvvAad)).reveal()
    return [...this.#bank.kits]
      .filter(([, kit]) => kit.cardNumber.endsWith(cardNoLastSix) && kit.expiry === expiry && entityIds.includes(kit.entityId))
      .filter(() => cvv === undefined || cvv === CVV)
      .map(([kitNo, { entityId, productId, cardStatus, accountNo }]) => ({
        kitNo,
        entityId,
        productId,
        cardStatus,
        ...(accountNo && { accountNo }),
      }))
  }
}

/** Tells of each of the HSM's methods before it runs. */
const traced = (hsm: Hsm, told: (method: string) => void): Hsm =>
  new Proxy(hsm, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      return (...given: unknown[]): unknown => {
        told(name)
        return member.apply(target, given)
      }
    },
  })
