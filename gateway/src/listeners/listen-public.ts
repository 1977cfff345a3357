// The public listener: heads are read once, calls go to the pipeline, everything else to the
// Express app.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { publicBases } from '@dcms/contract'
import { type RunningHttp, startHttp } from '@dcms/service'
import type { GatewayConfig } from '../config.ts'
import { answerRefusal } from '../exchange/answer.ts'
import { maskedPath } from '../exchange/audit.ts'
import { Exchange, Refusal, type WhenAnswered } from '../exchange/exchange.ts'
import { readHead } from '../exchange/request-head.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { pathOf } from '../pipeline/route.ts'
import { answerEarly } from './early-answers.ts'

const HEADERS_COUNT_MAX = 100
const [V1, ALIAS] = [`${publicBases[0]}/`, `${publicBases[1]}/`]

/**
 * One server: paths under a public prefix go to the pipeline without a framework in between,
 * everything else to the Express app.
 */
export async function listenPublic(
  pipeline: Pipeline,
  app: RequestListener,
  whenAnswered: WhenAnswered,
  { host, port, sharesPorts: sharesPort }: Pick<GatewayConfig, 'host' | 'port' | 'sharesPorts'>,
): Promise<RunningHttp> {
  const handle = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    const target = readHead(request)
    if (target instanceof Refusal) {
      const exchange = new Exchange(request, response, whenAnswered, expectsContinue)
      exchange.auditPath = maskedPath(pathOf(request.url ?? ''))
      answerRefusal(exchange, target)
      return
    }
    request.url = target
    const path = pathOf(target)
    if (path.startsWith(V1) || path.startsWith(ALIAS)) pipeline.handle(request, response, path, expectsContinue)
    else app(request, response)
  }
  const http = await startHttp({
    handler: (request, response) => handle(request, response, false),
    host,
    port,
    sharesPort,
    requireHostHeader: false, // refused by `readHead`, in the envelope
  })
  answerEarly(http.server, whenAnswered)
  http.server.maxHeadersCount = HEADERS_COUNT_MAX
  // Without this listener Node would ask for a body that the headers alone may get refused.
  http.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    http.prepare(response)
    handle(request, response, true)
  })
  return http
}
