// What every service shares: the app, commands, the store by tenant, idempotency, context tokens,
// health, logs, shutdown.

export {
  chain,
  FIRST_PREV_HASH,
  headSigner,
  headVerifier,
  recordsWithin,
  unchain,
  withinMessages,
  withSignature,
} from './audit/audit-chain.ts'
export { AuditLog, type Noted } from './audit/audit-log.ts'
export { type AuditRegister, auditRegister } from './audit/audit-register.ts'
export { admitOperators } from './callers/admit-operators.ts'
export { type CallContext, type CallerTokens, callerTokens, contextVerifier, type OnBehalfOf } from './callers/context-token.ts'
export { type KnownOperator, operatorDirectory, operatorKid, operatorNameOf } from './callers/operators-file.ts'
export { type InternalAnswer, type InternalClient, internalClient } from './calls/internal-client.ts'
export { type PartnerBytes, PartnerClient, type PartnerReply } from './calls/partner-client.ts'
export { partnerFaultCode } from './calls/partner-fault.ts'
export { type Answer, type Call, type Command, command, faultAnswer, refusal } from './commands/command.ts'
export {
  answer,
  type Decision,
  NotYet,
  type Outcome,
  type Refused,
  refuse,
  refuseFor,
  ServiceUnavailable,
  unchanged,
} from './commands/decision.ts'
export { DEFINITION_VERSION_HEADER } from './commands/definition-version.ts'
export { hashOf } from './commands/idempotency.ts'
export { Scope } from './commands/scope.ts'
export { FILE_NAME_HEADER, type UploadedFile, uploadCommand } from './commands/upload-command.ts'
export { type Following, following } from './jobs/followings.ts'
export type { Job, JobRun } from './jobs/job.ts'
export type { JobCounts, JobRunRecord } from './jobs/job-records.ts'
export type { Reaction } from './jobs/reactions.ts'
export { type Sweep, type SweptUpTo, SweptWithFaults } from './jobs/sweeps.ts'
export { keyRoutes } from './keys/key-routes.ts'
export { mongoKeyStore, requireMasterKey } from './keys/key-store.ts'
export { healthRoutes, type Readiness } from './listeners/health.ts'
export { drainAndClose, IDLE_CONNECTION_MS, onShutdown, type RunningHttp, startHttp } from './listeners/http.ts'
export { addFallbacks } from './listeners/routes.ts'
export type { Foundations, ServiceParts } from './service-parts.ts'
export { kafkaAccess, kafkaSecurity } from './settings/kafka-settings.ts'
export { createLogger } from './settings/logger.ts'
export { type ServiceConfig, serviceConfig } from './settings/service-config.ts'
export { type Environment, otherMasterKey, runProcess, type Settings, SettingsError, settings } from './settings/settings.ts'
export { Circuit, type CircuitState } from './shares/circuit.ts'
export { TenantShares, type Waiting } from './shares/tenant-shares.ts'
export { TIME_LEFT_HEADER, TIME_LEFT_MS_MAX } from './shares/within-share.ts'
export { startService } from './start-service.ts'
export { type DefinitionReader, definitionReader, definitionSigner, type GenuineTenant } from './store/definition-signature.ts'
export { isDuplicateKey, place, placeMany } from './store/place.ts'
export { readTogether } from './store/read-together.ts'
export {
  type Cursor,
  claimsOf,
  cursorsOf,
  type FailureCounter,
  failureCountersOf,
  marksOf,
  revealCountersOf,
  turnsOf,
} from './store/requests.ts'
export {
  aggregateModel,
  anyModel,
  connectStore,
  databaseName,
  followingAggregateModel,
  newlyStored,
  plainModel,
  projectionModel,
  type Stored,
  type TenantModel,
} from './store/store.ts'
export type { Tenant } from './store/tenant.ts'
export { Tenants } from './store/tenants.ts'
