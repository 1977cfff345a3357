// What every service shares: the app, commands, the store by tenant, idempotency, context tokens, health, logs, shutdown.
export { admitOperators } from './admit-operators.ts'
export { chain, FIRST_PREV_HASH, headSigner, headVerifier, unchain, withSignature } from './audit-chain.ts'
export { AuditLog, type Noted } from './audit-log.ts'
export { type AuditRegister, auditRegister } from './audit-register.ts'
export { Circuit, type CircuitState } from './circuit.ts'
export { type Answer, type Call, type Command, command, faultAnswer, refusal } from './command.ts'
export { type CallContext, type CallerTokens, callerTokens, contextVerifier, type OnBehalfOf } from './context-token.ts'
export { answer, type Decision, NotYet, type Outcome, type Refused, refuse, refuseFor, ServiceUnavailable, unchanged } from './decision.ts'
export { type DefinitionReader, definitionReader, definitionSigner, type GenuineTenant } from './definition-signature.ts'
export { DEFINITION_VERSION_HEADER } from './definition-version.ts'
export { type Following, following } from './followings.ts'
export { healthRoutes, type Readiness } from './health.ts'
export { drainAndClose, IDLE_CONNECTION_MS, onShutdown, type RunningHttp, startHttp } from './http.ts'
export { hashOf, type RequestRecord, requestsOf } from './idempotency.ts'
export { type InternalAnswer, type InternalClient, internalClient } from './internal-client.ts'
export type { Job, JobRun } from './job.ts'
export type { JobCounts, JobRunRecord } from './job-records.ts'
export { kafkaAccess, kafkaSecurity } from './kafka-settings.ts'
export { keyRoutes } from './key-routes.ts'
export { mongoKeyStore, requireMasterKey } from './key-store.ts'
export { createLogger } from './logger.ts'
export { type KnownOperator, operatorDirectory, operatorKid, operatorNameOf } from './operators-file.ts'
export { PartnerClient, type PartnerReply } from './partner-client.ts'
export { partnerFaultCode } from './partner-fault.ts'
export type { Reaction } from './reactions.ts'
export { addFallbacks } from './routes.ts'
export { Scope } from './scope.ts'
export {
  type Environment,
  otherMasterKey,
  runProcess,
  type ServiceConfig,
  type Settings,
  SettingsError,
  serviceConfig,
  settings,
} from './settings.ts'
export { type Foundations, type ServiceParts, startService } from './start-service.ts'
export {
  aggregateModel,
  anyModel,
  connectStore,
  databaseName,
  followingAggregateModel,
  isDuplicateKey,
  newlyStored,
  plainModel,
  projectionModel,
  type Stored,
  type TenantModel,
} from './store.ts'
export { type Sweep, type SweptUpTo, SweptWithFaults } from './sweeps.ts'
export { TenantShares, type Waiting } from './tenant-shares.ts'
export { type Tenant, Tenants } from './tenants.ts'
export { TIME_LEFT_HEADER } from './within-share.ts'
