// The documents that are made from the contract: OpenAPI, AsyncAPI, Postman collection.
export { asyncApi } from './async-api.ts'
export { openApi } from './open-api.ts'
export { type PostmanOptions, postmanCollection } from './postman/collection.ts'
