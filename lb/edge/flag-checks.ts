/**
 * Checks of flags that need the machine: addresses that others reach, and certificates that have to exist.
 */

import { existsSync, statSync } from 'node:fs';
import { warnOpenSecret } from '../../cluster/runtime/files/private';
import { checkListen } from '../../cluster/runtime/http/guard';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { LbConfig } from '../config';

/** Throws a StartError when the load balancer cannot start with these flags. */
export function checkFlags(config: LbConfig): void {
  checkListen({
    what: 'The statistics of the load balancer',
    address: config.statsAddress,
    addressFlag: '--stats-address',
    authenticationFlag: '--api-credentials',
    authenticated: config.apiCredentials !== undefined,
    insecure: config.insecure,
  });
  const missing = config.certificates.find((path) => !existsSync(path));
  if (missing !== undefined) throw new StartError(`--ssl-certs: there is no ${missing}`);
  for (const path of config.certificates) if (statSync(path).isFile()) warnOpenSecret('--ssl-certs', path);
}
