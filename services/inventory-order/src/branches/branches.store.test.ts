// Branches in the real store: unique ids and codes, changes, queries, users of one branch.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { StockBank } from '../../test/stock-bank.ts'
import { type Branch, branchesOf } from './branch.ts'

let bank: StockBank
let numbers = 0
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const newBranch = (change: object = {}) => {
  const number = ++numbers
  return {
    branchId: `B${number}`,
    branchCode: `BR${number}`,
    branchName: `Branch ${number}`,
    address: '123 Main Street',
    address2: 'Near City Center',
    address3: 'MG Road',
    city: 'Bangalore',
    state: 'Karnataka',
    country: 'India',
    district: 'Bangalore Urban',
    zipCode: '560001',
    branchPhoneNumber: '+919876543210',
    pocDetails: [{ name: 'R. Rao', designation: 'MANAGER', mobileNo: '+919876543211', level: 1 }],
    creator: 'admin',
    ...change,
  }
}
const create = async (change: object = {}) => {
  const branch = newBranch(change)
  expect(await bank.run('createBranch', branch)).toMatchObject({ status: 200 })
  return branch
}
const idsOf = ({ result }: { result: unknown }) => (result as { branchId: string }[]).map(({ branchId }) => branchId)

test('a branch is answered as it was sent, with its status and times', async () => {
  const { creator: _, ...sent } = newBranch()
  const created = await bank.run('createBranch', { ...sent, creator: 'admin' })
  expect(created.result).toEqual({ ...sent, status: 'ACTIVE', createdDate: expect.any(String), changedDate: expect.any(String) })
})

test('every field that is missing is named under the family’s own code', async () => {
  const refused = await bank.run('createBranch', { branchId: 'X1' })
  expect(refused).toMatchObject({ status: 400, code: 'BRN001', exception: { reasonCode: 'invalid.input.request' } })
  expect(refused.exception?.fieldError).toContain('branchCode is required')
})

test('an id and a code belong to one branch each, and a refused branch leaves its code to others', async () => {
  const { branchId, branchCode } = await create()
  expect(await bank.run('createBranch', newBranch({ branchId }))).toMatchObject({ status: 409, code: 'BRN002' })
  expect(await bank.run('createBranch', newBranch({ branchCode }))).toMatchObject({ status: 409, code: 'BRN002' })
  const left = newBranch({ branchId })
  await bank.run('createBranch', left)
  await create({ branchCode: left.branchCode })
})

test('of many branches with one code at once one is created', async () => {
  const branchCode = `CODE${++numbers}`
  const answers = await Promise.all(Array.from({ length: 8 }, () => bank.run('createBranch', newBranch({ branchCode }))))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  expect(await branchesOf(bank.tenant).countDocuments({ branchCode })).toBe(1)
})

test('a repeat under the same key gets the first answer, and one whose answer was lost its branch', async () => {
  const branch = newBranch({ requestId: `key-${++numbers}` })
  const first = await bank.run('createBranch', branch)
  expect(await bank.run('createBranch', branch)).toEqual(first)
  await bank.tenant.database.collection('requests').deleteMany({ bodyHash: { $exists: true } })
  expect(await bank.run('createBranch', branch)).toEqual(first)
})

test('a change sets what was sent and nothing else', async () => {
  const { branchId, creator: _creator, ...sent } = await create()
  const changed = await bank.run('updateBranch', { branchId, branchName: 'New name', changer: 'admin', pocDetails: [] })
  expect(changed.result).toMatchObject({ ...sent, branchName: 'New name', pocDetails: [] })
  const stored = await branchesOf(bank.tenant).findById(branchId).lean<Branch>()
  expect(stored).toMatchObject({ creator: 'admin', changer: 'admin', searchName: 'new name', version: 1 })
  await bank.run('updateBranch', { branchId, branchName: 'New name', changer: 'somebody else' })
  expect(await branchesOf(bank.tenant).findById(branchId).lean<Branch>()).toEqual(stored) // a repeat changes nothing more
})

test('a new code is taken when it is free, and the one before is free then', async () => {
  const [one, other] = [await create(), await create()]
  expect(await bank.run('updateBranch', { branchId: one.branchId, branchCode: other.branchCode })).toMatchObject({
    status: 409,
    code: 'BRN002',
  })
  expect(await bank.run('updateBranch', { branchId: one.branchId, branchCode: 'FRESH' })).toMatchObject({ status: 200 })
  await create({ branchCode: one.branchCode })
})

test('a branch that is not there cannot be changed', async () => {
  expect(await bank.run('updateBranch', { branchId: 'nowhere', city: 'Pune' })).toMatchObject({ status: 400, code: 'BRN003' })
})

test('branches are found by id, code, part of the name and time, and by all of them together', async () => {
  const branchName = `Chennai (South) ${++numbers}`
  const { branchId, branchCode } = await create({ branchName })
  const fetch = async (filter: object) => idsOf(await bank.run('fetchBranch', filter))
  expect(await fetch({ branchId })).toEqual([branchId])
  expect(await fetch({ branchCode })).toEqual([branchId])
  expect(await fetch({ branchName: branchName.slice(3).toUpperCase() })).toEqual([branchId])
  expect(await fetch({ branchId, branchName: 'Mumbai' })).toEqual([])
  expect(await fetch({ branchName: 'Chennai .South.' })).toEqual([]) // text, not an expression
  expect(await fetch({ branchId, fromCreatedDate: '2020-01-01 00:00:00', toCreatedDate: '2199-12-31 23:59:59' })).toEqual([branchId])
  expect(await fetch({ branchId, toChangedDate: '2020-01-01 00:00:00' })).toEqual([])
  expect(await bank.run('fetchBranch', { fromCreatedDate: '2024-02-31 00:00:00' })).toMatchObject({
    code: 'BRN001',
    exception: { fieldError: ['fromCreatedDate is not a day of the calendar'] },
  })
})

test('pages follow the order asked for and do not overlap', async () => {
  const city = `City ${++numbers}`
  const made = [
    await create({ city, branchName: `${city} b` }),
    await create({ city, branchName: `${city} a` }),
    await create({ city, branchName: `${city} a` }),
  ]
  const ids = made.map(({ branchId }) => branchId)
  const page = (pageNo: number) =>
    bank.run('fetchBranch', { branchName: city, pageNo, pageSize: 2, sortFields: { branchName: 'ASC', branchId: 'DESC' } })
  const [first, second] = [await page(1), await page(2)]
  expect([...idsOf(first), ...idsOf(second)]).toEqual([ids[2], ids[1], ids[0]])
  expect(first.pagination).toEqual({ pageNo: 1, pageSize: 2, totalRecords: 3, totalElements: 3, totalPages: 2 })
  expect(await bank.run('fetchBranch', { pageNo: 0 })).toMatchObject({ code: 'BRN001' })
  expect(await bank.run('fetchBranch', { sortFields: { pocDetails: 'ASC' } })).toMatchObject({ code: 'BRN001' })
})

test('who created and changed a branch is shown to those who ask for it', async () => {
  const { branchId } = await create()
  await bank.run('updateBranch', { branchId, city: 'Pune', changer: 'asha' })
  expect((await bank.run('fetchBranch', { branchId })).result).toEqual([expect.not.objectContaining({ audit: expect.anything() })])
  expect((await bank.run('fetchBranch', { branchId, isAudit: true })).result).toMatchObject([
    { audit: { creator: 'admin', changer: 'asha' } },
  ])
})

test('a user of one branch creates, changes and sees that one alone', async () => {
  const [own, other] = [await create(), await create()]
  const clerk = bank.ofBranch(own.branchId)
  expect(await bank.run('updateBranch', { branchId: own.branchId, city: 'Pune' }, clerk)).toMatchObject({ status: 200 })
  expect(await bank.run('updateBranch', { branchId: other.branchId, city: 'Pune' }, clerk)).toMatchObject({ status: 400, code: 'BRN003' })
  expect(await bank.run('createBranch', newBranch(), clerk)).toMatchObject({ status: 400, code: 'BRN001' })
  expect(idsOf(await bank.run('fetchBranch', {}, clerk))).toEqual([own.branchId])
  expect(idsOf(await bank.run('fetchBranch', { branchId: other.branchId }, clerk))).toEqual([])
})
