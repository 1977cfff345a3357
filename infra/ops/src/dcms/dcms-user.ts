// `dcms user`: the API users of a bank.
import { isRole, type Role, roles, type UserShown, type UserState } from '@dcms/contract'
import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { AddressOptions } from './addresses.ts'
import { lineFromInput, withAddressOptions, withOperator } from './dcms-options.ts'

const oneRole = (value: string, earlier: Role[] = []): Role[] => {
  if (!isRole(value)) throw new InvalidArgumentError(`Expected one of ${roles.join(', ')}.`)
  return [...earlier, value]
}

function addCommand(): Command {
  const add = new Command('add')
    .description('add an API user; an existing one gets the new password and roles, and loses its tokens')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--username <username>', 'user name')
    .addOption(new Option('--role <role>', `one of ${roles.join(', ')}; may be repeated`).argParser(oneRole).makeOptionMandatory())
    .option('--branch <code>', 'the branch that a BRANCH_USER works for')
    .requiredOption('--password-stdin', 'read the password (12 characters or more) from standard input')
  withAddressOptions(add).action(async (options: AddressOptions & { tenant: string; username: string; role: Role[]; branch?: string }) => {
    const password = await lineFromInput('The password')
    const { tenant, username, role, branch } = options
    const user = { tenant, username, password, roles: role, ...(branch !== undefined && { branch }) }
    const added = await withOperator(options, (operator) => operator.addUser(user))
    console.log(`user ${username} of ${tenant} ${added.created ? 'added' : 'changed; earlier tokens are no longer valid'}`)
  })
  return add
}

function listCommand(): Command {
  const list = new Command('list')
    .description('list the API users of a tenant with their roles, state and last change')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--json', 'print JSON, for programs')
  return withAddressOptions(list).action(async (options: AddressOptions & { tenant: string; json?: boolean }) => {
    const users = await withOperator(options, (operator) => operator.listUsers(options.tenant))
    console.log(options.json ? JSON.stringify(users, null, 2) : userTable(users))
  })
}

export function userTable(users: readonly UserShown[]): string {
  if (users.length === 0) return 'There are no users.'
  const table = new Table({ head: ['User', 'Roles', 'Branch', 'State', 'Changed', 'By'], style: { head: [], border: [] } })
  for (const { username, roles: granted, branch = '', state, changedAt, changedBy = '' } of users)
    table.push([username, granted.join(', '), branch, state, `${changedAt.slice(0, 16).replace('T', ' ')} UTC`, changedBy])
  return table.toString()
}

const states = {
  disable: {
    state: 'DISABLED',
    does: 'shut a user out; tokens issued so far end',
    done: 'disabled; its tokens are no longer good',
  },
  enable: { state: 'ENABLED', does: 'let a disabled user in again, with a new log-in', done: 'enabled' },
  delete: { state: 'DELETED', does: 'delete a user for good; the name can be used again', done: 'deleted; its tokens are no longer good' },
} as const satisfies Record<string, { state: UserState; does: string; done: string }>

function stateCommand(name: keyof typeof states): Command {
  const { state, does, done } = states[name]
  const set = new Command(name)
    .description(does)
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--username <username>', 'user name')
  return withAddressOptions(set).action(async (options: AddressOptions & { tenant: string; username: string }) => {
    const { tenant, username } = options
    const { changed } = await withOperator(options, (operator) => operator.setUserState(tenant, username, state))
    console.log(`user ${username} of ${tenant} ${changed ? done : `was already ${state.toLowerCase()}; nothing changed`}`)
  })
}

export function userCommands(): Command {
  const group = new Command('user').description('API users')
  for (const command of [addCommand(), listCommand(), stateCommand('disable'), stateCommand('enable'), stateCommand('delete')])
    group.addCommand(command)
  return group
}
