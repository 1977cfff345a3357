// The example of the README, kept here so that it compiles. Tests of the whole installation do the
// same (infra/chaos).
import { processNames, type TenantDefinition } from '@dcms/contract'
import { type Engines, startInstallation } from '../src/index.ts'

export async function startAndStop(engines: Engines, stateDir: string, definition: TenantDefinition): Promise<void> {
  // #region launcher
  const installation = await startInstallation({ engines, stateDir, installation: 't1', ports: 'free' })
  await installation.operator.applyTenant(definition, { waitFor: processNames })
  await installation.process('kit').kill() // SIGKILL; also restart(), stop(), pause(), resume(), waitReady()
  await installation.stop()
  // #endregion
}
