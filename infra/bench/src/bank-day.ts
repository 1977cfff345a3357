// A bank's day: which calls, how often, of which customers.
import type { Dcms } from '@dcms/sdk'
import { untilAnswered } from './at-once.ts'
import { type CostCall, costCalls, newSubject, type Subject } from './cost-calls.ts'

/** Shares of a bank's day, in thousandths; the names are those of the cost bench. */
const weights: Readonly<Record<string, number>> = {
  fetchKitsByEntityId: 180,
  viewCustomer: 130,
  fetchByCif: 100,
  'preference/fetch': 100,
  'v2/fetchKitsByEntityId': 80,
  'v2/fetchByCif': 60,
  fetchKitsByAccountNo: 50,
  'v2/fetchByCardNo': 40,
  'account/fetchAccountsByCardNo': 30,
  'accountkitmapping-manager/fetchAccountsByCardNo': 20,
  fetchCifByMaskedCard: 20,
  kitTracking: 20,
  'v2/validatePin': 40,
  'preference/set': 20,
  'preference/sms-alerts/optIn': 10,
  'v2/setPin': 10,
  validatePin: 8,
  setPin: 2,
  validateCard: 10,
  'manageKit LOCK': 12,
  'manageKit UNLOCK': 12,
  'register with a card': 10,
  kitActivation: 6,
  registerCard: 2,
  'update-manager/poi': 4,
  'update-manager/poa': 2,
  'update-manager/account': 2,
  'inventory/fetchKitSummary': 6,
  'card-order/received': 6,
  'inventory/fetchKitDetailsFromInventory': 4,
  'branch/fetch': 4,
}

/** A customer of one of the banks; `status`: of the card, as the calls so far have left it. */
export interface Customer {
  dcms: Dcms
  subject: Subject
  status: 'ACTIVE' | 'LOCKED'
}

export const callNamed = (name: string): CostCall => {
  const call = costCalls.find((each) => each.name === name)
  if (!call) throw new Error(`there is no call named ${name}`)
  return call
}

/** Draws calls by weight, and customers that no other call is under way for. */
export class Day {
  readonly #free: Customer[]
  readonly #names = Object.keys(weights)
  readonly #sum = Object.values(weights).reduce((all, each) => all + each, 0)
  #registered = 100_000

  constructor(customers: readonly Customer[]) {
    this.#free = [...customers]
  }

  /** Makes one call, and what has to come before it. */
  async next(): Promise<void> {
    const customer = this.#free.shift()
    if (!customer) throw new Error('there are fewer customers than callers')
    try {
      await this.#call(customer, this.#draw())
    } finally {
      this.#free.push(customer)
    }
  }

  #draw(): string {
    let left = Math.random() * this.#sum
    for (const name of this.#names) {
      left -= weights[name] ?? 0
      if (left < 0) return name
    }
    return 'viewCustomer'
  }

  async #call(customer: Customer, drawn: string): Promise<void> {
    const { dcms, subject } = customer
    // A card that is locked takes no second lock, nor a PIN: it is unlocked instead.
    const needsActive = drawn === 'manageKit LOCK' || drawn.includes('Pin') || drawn === 'validateCard'
    const name = customer.status === 'LOCKED' && needsActive ? 'manageKit UNLOCK' : drawn === 'manageKit UNLOCK' ? turnOf(customer) : drawn
    switch (name) {
      case 'register with a card':
        await callNamed(name).call(dcms, newSubject(this.#registered++))
        return
      case 'kitActivation': {
        const another = newSubject(this.#registered++)
        await callNamed('register with a card').call(dcms, another)
        await callNamed(name).call(dcms, another)
        return
      }
      default:
        await callNamed(name).call(dcms, subject)
        if (name === 'manageKit LOCK') customer.status = 'LOCKED'
        if (name === 'manageKit UNLOCK') customer.status = 'ACTIVE'
    }
  }
}

const turnOf = ({ status }: Customer): string => (status === 'LOCKED' ? 'manageKit UNLOCK' : 'manageKit LOCK')

/** A customer with an active card that pin-preference knows, a PIN, and a branch. */
export async function prepare(dcms: Dcms, subject: Subject): Promise<void> {
  await callNamed('register with a card').call(dcms, subject)
  await callNamed('kitActivation').call(dcms, subject)
  await untilAnswered(() => callNamed('v2/setPin').call(dcms, subject))
  await callNamed('branch create').call(dcms, subject)
}
