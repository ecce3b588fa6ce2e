/** Starts Marathon: the HTTP API, and the machine in terms, alone or as one of several that share their state. */

import { randomInt } from 'node:crypto';
import type { HttpServer } from '../../cluster/runtime/http/server';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { ProcessDeps } from '../../cluster/runtime/process';
import type { StateStore } from '../../cluster/state/store';
import { type ElectionPlan, startLedProcess } from '../kit/edge/leadership/led-process';
import type { MarathonConfig } from './config';
import type { MarathonBoot } from './core/boot';
import type { MarathonEffect } from './core/state/effects';
import type { MarathonEvent } from './core/state/events';
import type { MarathonState } from './core/state/state';
import { marathonMachine } from './core/step';
import { ELECTION_NODE } from './edge/nodes';
import { addressOf, type MarathonParts, marathonParts } from './edge/parts';
import { marathonServer } from './edge/rest/server';
import { beginTerm, endTerm, type MarathonTerm, marathonPerformers } from './edge/term';

export interface MarathonDeps extends ProcessDeps {
  /** The store of a Marathon without `--zk`. */
  readonly state?: StateStore | undefined;
}

export interface Marathon extends Running {
  readonly http: Pick<HttpServer, 'address' | 'port' | 'url'>;
  /** The port with TLS, where it is one of its own. */
  readonly https: Pick<HttpServer, 'url'> | undefined;
}

interface MarathonTypes {
  State: MarathonState;
  Event: MarathonEvent;
  Effect: MarathonEffect;
  Boot: MarathonBoot;
  Parts: MarathonParts;
  Term: MarathonTerm;
}

/** Starts Marathon. It needs neither a master nor ZooKeeper for its start. */
export async function startMarathon(config: MarathonConfig, deps: MarathonDeps): Promise<Marathon> {
  const started = await startLedProcess<MarathonTypes>(deps, {
    machine: marathonMachine,
    endText: 'Marathon cannot go on',
    election: electionOf(config),
    parts: (context) => marathonParts(config, context),
    server: marathonServer,
    address: ({ context }) => addressOf(config, context),
    term: (parts, term) => beginTerm(parts, deps.state, term),
    boot: (_parts, { stored }) => ({
      at: deps.clock.now(),
      seed: randomInt(2 ** 32),
      settings: config.settings,
      stored,
    }),
    performers: marathonPerformers,
    start: ({ core }) => core.post({ kind: 'started' }),
    ended: endTerm,
  });
  const { server, secureServer } = started.parts.context;
  const { address, port, url } = server();
  const https = secureServer();
  deps.log.info({ url, https: https?.url, masters: config.masters.join(',') || 'elected' }, 'Marathon is up');
  return { http: { address, port, url }, https, stop: () => started.stop() };
}

function electionOf({ ensemble }: MarathonConfig): ElectionPlan | undefined {
  if (ensemble === undefined) return undefined;
  const { url, sessionTimeoutMs } = ensemble;
  return { url, path: `${url.path}/${ELECTION_NODE}`, sessionTimeoutMs };
}

export { MARATHON_STATE } from './edge/nodes';
