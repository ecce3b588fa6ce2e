/**
 * Starts the load balancer: wires HAProxy, the follower of Marathon and the HTTP API together.
 *
 * A running HAProxy is adopted as it is; else one starts with the configuration of the earlier run, or with the apps of
 * Marathon. The start waits for Marathon, for a moment, only when there is nothing else to serve.
 */

import { Lifetime, type Running } from '../cluster/runtime/lifecycle';
import type { ProcessDeps } from '../cluster/runtime/process';
import type { LbConfig } from './config';
import type { Bind, ModelOptions } from './core/services/options';
import { checkFlags } from './edge/flag-checks';
import { lbParts } from './edge/parts';
import { type ServingLb, serve } from './edge/serve';
import { withSyslog } from './edge/syslog';
import { writeOnce } from './edge/write-once';

/** Addresses that a running load balancer listens on. */
export interface LbAddresses {
  /** The load balancer's own API. */
  readonly http: Bind;
  /** The frontend for host names; undefined with `--dont-bind-http-https`. */
  readonly vhosts: Bind | undefined;
  readonly https: Bind | undefined;
  readonly appIds: Bind;
  /** HAProxy's statistics. */
  readonly stats: Bind;
}

export interface RunningLb extends Running, LbAddresses, ServingLb {}

/**
 * Starts the load balancer. Without `sse` (or with `dry`) it writes (or prints) the configuration once, and the result has
 * nothing to stop. `onEnd` is called when it cannot go on; HAProxy serves on, and the next start adopts it.
 */
export function startLb(config: LbConfig, outerDeps: ProcessDeps): Promise<RunningLb> {
  return Lifetime.start(async (life) => {
    checkFlags(config);
    const deps = withLogs(config, outerDeps, life);
    const parts = await lbParts(config, deps, life);
    const addresses = addressesOf(parts.options);
    if (config.sse && !config.dry) return { ...addresses, ...(await serve(life, config, deps, parts)) };
    await writeOnce(config, { ...parts, log: deps.log });
    await life.stop();
    return { ...addresses, regenerate: () => undefined, reload: () => undefined };
  });
}

function withLogs({ syslogSocket }: LbConfig, deps: ProcessDeps, life: Lifetime): ProcessDeps {
  if (syslogSocket === undefined) return deps;
  const { log, stop } = withSyslog(deps.log, syslogSocket);
  life.add(stop);
  return { ...deps, log };
}

function addressesOf(options: ModelOptions): LbAddresses {
  const { admin, httpIn, httpsIn, appIdIn, stats } = options;
  const https = httpsIn && { address: httpsIn.address, port: httpsIn.port };
  return { http: admin, vhosts: httpIn, https, appIds: appIdIn, stats };
}
