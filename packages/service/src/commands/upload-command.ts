// A command that is brought a file: it reads the file as a stream, so that no file is ever whole in
// memory. Permission, name, idempotency as for any other command.
import { randomUUID } from 'node:crypto'
import { type Endpoint, type ErrorCode, mayCall, validatorOf } from '@dcms/contract'
import { answerOf, type Command, inputFault, refusal, refusalOf } from './command.ts'
import { type Outcome, ServiceUnavailable } from './decision.ts'
import { isBehind, withNewestDefinition } from './definition-version.ts'
import { hashOf } from './idempotency.ts'
import { Scope } from './scope.ts'

/** The file's name in a call from the gateway, percent-encoded. */
export const FILE_NAME_HEADER = 'x-dcms-file-name'

/** What the body of the call becomes. */
export interface UploadedFile {
  fileName: string
  /** The bytes of the file, unchecked. To be read once. */
  content: AsyncIterable<Uint8Array>
}

interface NamedFile {
  fileName: string
  content: string
}

/**
 * Binds an endpoint that takes a file to its handler. A stream cannot be read twice, so the handler
 * is run once; `overtaken` is answered as `concurrent.change`. `scope.commandId` is the same for
 * repeats with the key and file name of an earlier call: whether the content is the same too, the
 * handler's documents say.
 */
export function uploadCommand<Request extends NamedFile, Result, Code extends ErrorCode>(
  endpoint: Endpoint<Request, Result, Code>,
  handle: (file: UploadedFile, scope: Scope) => Promise<Outcome<Result, NoInfer<Code>>>,
): Command {
  const validate = validatorOf<Pick<NamedFile, 'fileName'>>(withNameOnly(endpoint.request))
  return {
    endpoint,
    async run(body, call) {
      if (!mayCall(endpoint, call.roles)) return refusal('auth.forbidden')
      const { content, ...named } = body as UploadedFile
      const validated = validate(named)
      if (!validated.valid) return inputFault(endpoint, validated.fieldError)
      const { fileName } = validated.value
      const { idempotencyKey: key, tenant, callersVersion } = call
      const commandId = key === undefined ? randomUUID() : hashOf(endpoint.path, key, fileName)
      const scope = new Scope({ ...call, commandId, hasKey: key !== undefined, now: call.clock() })
      const outcome = await withNewestDefinition({ tenant, callersVersion }, () => handle({ fileName, content }, scope))
      switch (outcome.kind) {
        case 'answer':
          return answerOf(outcome)
        case 'refused':
          if (isBehind({ tenant, callersVersion }))
            throw new ServiceUnavailable('the definition that the file was made for has not come yet')
          return refusalOf(outcome)
        case 'overtaken':
          return refusal('concurrent.change')
      }
    },
  }
}

/** The schema of the call without its content, which is no text here. */
function withNameOnly(request: object): object {
  const { properties } = request as { properties: Readonly<Record<string, object>> }
  return { ...request, required: ['fileName'], properties: { fileName: properties.fileName } }
}
