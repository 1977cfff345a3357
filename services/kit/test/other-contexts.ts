// The contexts that the kit service asks, answering what a test says; they note what they were
// asked.
import { type InternalClient, ServiceUnavailable } from '@dcms/service'

export interface OtherContext extends InternalClient {
  readonly asked: { name: string; body: unknown }[]
  isAway: boolean
}

/** @param answers by the name of the internal endpoint; what is missing was not to be asked */
export function otherContext(answers: Readonly<Record<string, (body: never) => unknown>>): OtherContext {
  const context: OtherContext = {
    asked: [],
    isAway: false,
    async call(endpoint, body) {
      if (context.isAway) throw new ServiceUnavailable(`${endpoint.owner} does not answer`)
      context.asked.push({ name: endpoint.name, body })
      const answer = answers[endpoint.name]
      if (!answer) throw new Error(`${endpoint.name} was not to be asked`)
      return { kind: 'answer', result: answer(body as never) as never }
    },
    close: () => Promise.resolve(),
  }
  return context
}
