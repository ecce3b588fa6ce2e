/**
 * Starts Marathon: state, mailbox, HTTP API, probes and the session with the master.
 */

import type { HttpServer } from '../../cluster/runtime/http/server';
import type { Running } from '../../cluster/runtime/lifecycle';
import { type ProcessDeps, startProcess } from '../../cluster/runtime/process';
import type { StateStore } from '../../cluster/state/store';
import { followMasters } from '../kit/edge/masters';
import type { MarathonConfig } from './config';
import { marathonMachine } from './core/step';
import { type MarathonParts, marathonParts } from './edge/parts';
import { marathonPerformers } from './edge/perform';
import { marathonServer } from './edge/rest/server';

export interface MarathonDeps extends ProcessDeps {
  readonly state: StateStore;
}

export interface Marathon extends Running {
  readonly http: Pick<HttpServer, 'address' | 'port' | 'url'>;
  /** The port with TLS, where it is one of its own. */
  readonly https: Pick<HttpServer, 'url'> | undefined;
}

/** Starts Marathon. It does not need a master for its start. */
export function startMarathon(config: MarathonConfig, deps: MarathonDeps): Promise<Marathon> {
  return startProcess(deps, {
    machine: marathonMachine,
    endText: 'Marathon cannot go on',
    parts: (context) => marathonParts(config, deps.state, context),
    server: (parts) => marathonServer(config, parts),
    boot: ({ startedAt, seed, stored }) => ({ at: startedAt, seed, settings: config.settings, stored }),
    performers: marathonPerformers,
    start: (parts) => beginToSchedule(config, parts),
  });
}

function beginToSchedule(config: MarathonConfig, parts: MarathonParts): Omit<Marathon, 'stop'> {
  const { context, core, bus } = parts;
  const { life, log, server, secureServer } = context;
  life.add(() => bus.stop());
  if (config.masterZk) {
    const masters = followMasters(config.masterZk, parts);
    life.add(() => masters.stop());
  }
  core.post({ kind: 'started' });
  const { address, port, url } = server();
  const https = secureServer();
  log.info({ url, https: https?.url, masters: config.masters.join(',') || 'elected' }, 'Marathon is up');
  return { http: { address, port, url }, https };
}
