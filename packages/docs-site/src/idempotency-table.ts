// What a repeat of each call means, kind by kind: from `idempotency` of each endpoint of the
// contract.
import { type Idempotency, publicEndpointList, stillToCome } from '@dcms/contract'
import { referenceLink } from './call-index.ts'
import { tableOf } from './markdown.ts'

const rows: Readonly<Record<Idempotency, { readonly kind: string; readonly advice: string }>> = {
  read: { kind: 'Read', advice: 'Repeat at will. Each <code>getCvv</code> counts towards its limits' },
  stored: { kind: 'Stored answer', advice: 'Always send a key. Without one, a repeat is a new call' },
  document: {
    kind: 'One update',
    advice:
      'Send <code>Idempotency-Key</code>: the record remembers its last few keys, and the repeat of a success you did not see answers ' +
      'success. Without a key the new state decides; <code>activateKit</code>, for one, then answers <code>card.already.active</code>',
  },
}

/** Every call of this release under its kind, with what to do. HTML. */
export const idempotencyTable = (): string =>
  tableOf(
    ['Kind', 'Calls', 'What to do'],
    (Object.keys(rows) as Idempotency[]).map((idempotency) => [rows[idempotency].kind, callsOf(idempotency), rows[idempotency].advice]),
  )

function callsOf(idempotency: Idempotency): string {
  const calls: string[] = []
  for (const endpoint of publicEndpointList.filter(({ name }) => !stillToCome.has(name))) {
    const operations = Object.entries(endpoint.idempotencyOfOperation ?? {}).filter(([, kind]) => kind === idempotency)
    const link = `<a href="${referenceLink(endpoint)}"><code>${endpoint.name}</code></a>`
    if (endpoint.idempotency === idempotency) calls.push(link)
    else if (operations.length > 0) calls.push(`${link} (${operations.map(([name]) => `<code>${name}</code>`).join(', ')})`)
  }
  return calls.join(', ')
}
