/**
 * The serving load balancer: the supervisor of HAProxy, the follower of Marathon, drains, certificates and the API.
 */

import type { Lifetime } from '../../cluster/runtime/lifecycle';
import { Metrics } from '../../cluster/runtime/metrics';
import type { ProcessDeps } from '../../cluster/runtime/process';
import type { LbConfig } from '../config';
import { reservedListeners } from '../core/services/conflicts';
import { type AdminDeps, addMetrics } from './admin-api';
import { requireBindable } from './bind-check';
import { Certificates } from './certificates';
import { Drains } from './drains';
import { Follower } from './follow';
import { startApi } from './http-server';
import { type LbParts, READ_LIMIT_MS } from './parts';
import { Supervisor } from './supervisor';

export interface ServingLb {
  /** Reads all apps again, as marathon-lb did on SIGHUP. */
  regenerate(): void;
  /** Loads the configuration again, as marathon-lb did on SIGUSR1. */
  reload(): void;
}

/** Starts HAProxy or adopts a running one, follows Marathon, and then opens the API. */
export async function serve(
  life: Lifetime,
  config: LbConfig,
  deps: ProcessDeps,
  parts: LbParts,
): Promise<ServingLb> {
  const { options, machine, haproxy, balancer, runtime, traffic, handover } = parts;
  const { log } = deps;
  const supervisor = createSupervisor(deps, parts);
  let serves = false;
  life.add(() => supervisor.stop(!serves));
  life.add(() => balancer.stop());
  await supervisor.start();
  const follower = createFollower(config, deps, parts, supervisor);
  const drains = new Drains({ machine, balancer, haproxy, runtime, follower, handover });
  const certificates = new Certificates(balancer, runtime, handover, log);
  const metrics = deps.metrics ?? new Metrics();
  const admin: AdminDeps = {
    supervisor: supervisor,
    balancer,
    haproxy,
    follower,
    metrics,
    drains,
    traffic,
    certificates,
  };
  addMetrics(admin);
  const server = await startApi(config, deps, { admin, port: options.admin.port });
  life.add(() => server.close());
  life.add(() => follower.stop());
  for (const part of [drains, traffic, certificates]) life.add(() => part.stop());
  traffic.start();
  certificates.start(supervisor.health.adopted);
  follower.start();
  serves = true;
  log.info({ url: server.url, groups: config.groups.join(',') }, 'the load balancer serves');
  return {
    regenerate: () => follower.trigger(),
    reload: () => void balancer.reloadAgain('asked for by a signal').catch(() => undefined),
  };
}

function createSupervisor({ log }: ProcessDeps, parts: LbParts): Supervisor {
  const { options, machine, haproxy, balancer, marathon } = parts;
  return new Supervisor({
    machine,
    haproxy,
    balancer,
    log,
    readApps: () => marathon.apps(AbortSignal.timeout(READ_LIMIT_MS)),
    requireListeners: () =>
      requireBindable(
        reservedListeners(options).filter(([, place]) => !balancer.listensOn(place)),
        haproxy.config,
      ),
  });
}

function createFollower(
  config: LbConfig,
  { clock, log, onEnd }: ProcessDeps,
  parts: LbParts,
  supervisor: Supervisor,
): Follower {
  const { balancer, marathon } = parts;
  const served = (): void => {
    if (!balancer.adopting) supervisor.post({ kind: 'apps.served' });
  };
  return new Follower({
    marathon,
    clock,
    log,
    onApps: async (json) => {
      await balancer.update(json);
      served();
    },
    onSome: async (answers) => {
      const done = await balancer.updateApps(answers);
      if (done) served();
      return done;
    },
    onUnreachable: (why) => supervisor.post({ kind: 'apps.unreachable', why }),
    onBroken: (error) => onEnd?.(error.stack ?? error.message),
    retryAfterMs: () => balancer.retryAfterMs(),
    random: Math.random,
    backoffMaxMs: config.backoffMaxMs,
    pollMs: config.pollMs,
  });
}
