// The messaging partner: takes SMS and e-mails, sends none, and shows by the control API what it
// would have sent.
import { validatorOf } from '@dcms/contract'
import { type GatheredStatements, gathering } from '@dcms/events'
import { hashOf } from '@dcms/service'
import type { FromSchema } from 'json-schema-to-ts'
import type { Collection } from 'mongoose'
import { done, invalid, limitOf, type Partner, type PartnerAnswer, type PartnerCall, refused } from '../partner.ts'
import { idOf, type Store } from '../store.ts'
import type { TenantStates } from '../tenant-state.ts'

const SHOWN_MAX = 1_000

const messageSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['messageId', 'channel', 'to', 'text'],
  properties: {
    messageId: { type: 'string', minLength: 1, maxLength: 200 },
    channel: { enum: ['SMS', 'EMAIL'] },
    to: { type: 'string', minLength: 3, maxLength: 254 },
    subject: { type: 'string', maxLength: 200 },
    text: { type: 'string', minLength: 1, maxLength: 10_000 },
    template: { type: 'string', maxLength: 100 },
  },
} as const
type Message = FromSchema<typeof messageSchema>
const readMessage = validatorOf<Message>(messageSchema)

interface Sent extends Message {
  _id: string
  tenant: string
  /** Order of acceptance. */
  number: number
  bodyHash: string
  acceptedAt: Date
}

export function messaging(store: Store, states: TenantStates): Partner {
  const messages = store.collection<Sent>('messages')
  const shared = gathering<Sent>({})(messages)
  return {
    name: 'messaging',
    routes: [{ method: 'post', path: '/messages', handle: (call) => accept(shared, states, call) }],
    control: [{ method: 'get', path: '/messages', handle: (call) => show(messages, call) }],
    indexes: [
      { collection: 'messages', keys: { tenant: 1, number: 1 } },
      { collection: 'messages', keys: { tenant: 1, to: 1, number: 1 } },
    ],
    async reset(tenant) {
      await messages.deleteMany({ tenant })
    },
  }
}

/**
 * A message is sent once: the same `messageId` again is answered as the first time. Those that come
 * together are stored by one statement.
 */
async function accept(
  messages: GatheredStatements<Sent>,
  states: TenantStates,
  { tenant, now, body }: PartnerCall,
): Promise<PartnerAnswer> {
  const message = readMessage(body)
  if (!message.valid) return invalid(message.fieldError)
  const _id = idOf(tenant, message.value.messageId)
  const bodyHash = hashOf(message.value)
  const repeated = (sent: Sent): PartnerAnswer =>
    sent.bodyHash === bodyHash
      ? accepted(sent)
      : refused(409, 'message.conflict', 'another message was accepted under this messageId before')
  const sent: Sent = { ...message.value, _id, tenant, number: await states.higherNumber(tenant, 'message'), bodyHash, acceptedAt: now }
  if (await messages.write({ insertOne: { document: sent } })) return accepted(sent)
  return repeated((await messages.read(_id)) ?? sent) // it came before
}

const accepted = ({ messageId, number, acceptedAt }: Sent): PartnerAnswer =>
  done({ messageId, reference: `M${number}`, status: 'ACCEPTED', acceptedAt: acceptedAt.toISOString() }, 202)

async function show(messages: Collection<Sent>, { tenant, query }: PartnerCall): Promise<PartnerAnswer> {
  const limit = limitOf(query.limit, SHOWN_MAX, SHOWN_MAX)
  if (limit === null) return invalid([`limit must be between 1 and ${SHOWN_MAX}`])
  const found = await messages
    .find({ tenant, ...(query.to !== undefined && { to: query.to }) })
    .sort({ number: -1 })
    .limit(limit)
    .toArray()
  return done({ messages: found.reverse().map(({ _id, tenant: _tenant, bodyHash: _bodyHash, ...shown }) => shown) })
}
