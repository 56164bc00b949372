import type { Finding } from './cli/findings.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { lookAtDatabase } from './doctor-database.ts';
import { folderFindings } from './doctor-folders.ts';
import { keysFinding } from './doctor-keys.ts';
import { encoderFinding, nodeFinding, platformFinding } from './doctor-machine.ts';
import { portFinding } from './doctor-port.ts';
import { rateFindings } from './doctor-rates.ts';
import { vendorFindings } from './doctor-vendors.ts';
import { refuseOverrides } from './file-overrides.ts';

/** Looks at all that Onereel needs here. Starts nothing, changes nothing, spends nothing. */
export async function examine(env: NodeJS.ProcessEnv, folder: string): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = await readConfig(env, folder);
    refuseOverrides(config.overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const settings: Finding = {
      name: 'settings',
      state: 'failed',
      message: error.message,
      fix: 'Nothing that depends on the settings was looked at.',
    };
    return [nodeFinding(), platformFinding(false), encoderFinding(), settings];
  }
  const [folders, { findings, database }, vendors, port] = await Promise.all([
    folderFindings(config),
    lookAtDatabase(config),
    vendorFindings(config),
    portFinding(config),
  ]);
  try {
    return [
      nodeFinding(),
      platformFinding(config.databaseUrl !== undefined),
      ...folders,
      ...findings,
      encoderFinding(),
      await keysFinding(config, database),
      port,
      ...vendors,
      ...(await rateFindings(config, database)),
    ];
  } finally {
    await database?.close();
  }
}
