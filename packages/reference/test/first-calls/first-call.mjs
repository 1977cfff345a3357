// The first calls of a stranger: a generated client logs in, registers a customer and reads it
// back. What it needs comes on stdin.
import { json } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { sealing } from './sealing-middleware.mjs'

const [, , bundle = ''] = process.argv
const dcms = await import(pathToFileURL(bundle).href)
const { baseUrl, tenant, username, password, clientKeys, registration } = await json(process.stdin)

// Logging in stands outside the prefix of the calls.
const open = new dcms.AccessApi(new dcms.Configuration({ basePath: baseUrl }))
// Keys of the bank are given where its bodies are to be sealed.
const middleware = clientKeys ? [sealing(tenant, (await open.gatewayKeys()).keys, clientKeys)] : []
const access = open.withMiddleware(...middleware)
const { idToken } = await access.authenticate({ tenant, authenticateRequest: { username, password } })

const configuration = new dcms.Configuration({ basePath: `${baseUrl}/v1`, accessToken: idToken, middleware })
const registerRequest = dcms.RegisterRequestFromJSON(registration)
const { result } = await new dcms.RegistrationApi(configuration).register({ tenant, registerRequest })
const customers = new dcms.CustomerApi(configuration)
const shown = await customers.viewCustomer({ tenant, viewCustomerRequest: { entityId: result.entityId } })
console.log(shown.result.entityId)

const refusal = await customers.viewCustomer({ tenant, viewCustomerRequest: { entityId: 'NOBODY' } }).catch(({ response }) => response)
console.log(refusal.status)
