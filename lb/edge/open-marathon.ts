/**
 * Opens the connections to Marathon, with certificates and credentials as configured.
 */

import type { Clock } from '../../cluster/runtime/clock';
import { HttpClient } from '../../cluster/runtime/http/client';
import type { Lifetime } from '../../cluster/runtime/lifecycle';
import type { LbConfig } from '../config';
import { authorizeBy, clientTrusting } from './authorize';
import { askVault } from './container-setup';
import { type Client, Marathon } from './marathon';

export async function openMarathon(config: LbConfig, clock: Clock, life: Lifetime): Promise<Marathon> {
  const plain = new HttpClient();
  life.add(() => plain.close());
  let client: Client = plain;
  if (config.caFile !== undefined) {
    const trusting = clientTrusting(config.caFile);
    life.add(() => trusting.close());
    client = trusting;
  }
  const credentials = config.credentials ?? (config.vault && (await askVault(config.vault, plain)));
  const authorize = authorizeBy({ ...config, credentials: credentials }, client, () => clock.now());
  return new Marathon(client, config.marathon, authorize);
}
