/** The session of Chronos with the leading master, for one term. */

import { randomInt } from 'node:crypto';
import type { Lifetime } from '../../../cluster/runtime/lifecycle';
import { openSession } from '../../kit/edge/session';
import type { Scheduler } from '../../scheduler/edge/scheduler';
import type { ChronosConfig } from '../config';
import type { MesosSettings } from '../core/state/mesos-state';
import type { ChronosContext } from './parts';

/** The filter of Mesos where no time is given. */
const DECLINE_MS = 5000;
const KILL_RETRY_MS = 30_000;
const KILL_CHUNK_SIZE = 100;
const FIRST_RECONCILIATION_MS = 15_000;

/** The framework as the core needs it; `url` is ours. */
export function mesosSettings({ framework }: ChronosConfig, url: string): MesosSettings {
  const { name, declineOfferMs, reconciliationMs, ...others } = framework;
  return {
    ...others,
    frameworkName: name,
    webuiUrl: framework.webuiUrl ?? url,
    seed: randomInt(2 ** 32),
    declineOfferMs: declineOfferMs ?? DECLINE_MS,
    suppressOffers: true,
    killRetryMs: KILL_RETRY_MS,
    killChunkSize: KILL_CHUNK_SIZE,
    reconciliationInitialMs: Math.min(FIRST_RECONCILIATION_MS, reconciliationMs),
    reconciliationIntervalMs: reconciliationMs,
  };
}

/** Opens the session; it begins with the first FrameworkInfo, and ends with the term. */
export function openMasterSession(
  config: ChronosConfig,
  { core, clock, log }: ChronosContext,
  { life, resign }: { readonly life: Lifetime; readonly resign: (reason: string) => void },
): Scheduler {
  return openSession({
    masters: config.masters,
    masterZk: config.masterZk,
    credentials: config.mesosCredentials,
    clock,
    log,
    seed: randomInt(2 ** 32),
    post: core.post,
    life,
    resign,
  });
}
