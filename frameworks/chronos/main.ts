/** Starts Chronos: the REST API, and the machine in terms, alone or as one of several that share their state. */

import type { HttpServer } from '../../cluster/runtime/http/server';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { ProcessDeps } from '../../cluster/runtime/process';
import type { StateStore } from '../../cluster/state/store';
import { openAccess } from '../kit/edge/access/open-access';
import { type ElectionPlan, startLedProcess } from '../kit/edge/leadership/led-process';
import type { ChronosConfig, ImportConfig } from './config';
import type { ChronosEffect } from './core/state/effects';
import type { ChronosEvent } from './core/state/events';
import type { ChronosState, Settings } from './core/state/state';
import { chronosMachine } from './core/step';
import { watchClockJumps } from './edge/clock-jumps';
import { type Imported, importOriginal } from './edge/import';
import { mesosSettings } from './edge/master-session';
import { CANDIDATE_NODE } from './edge/nodes';
import { addressOf, type ChronosParts, chronosParts, chronosServer, urlOf } from './edge/parts';
import { beginTerm, type ChronosTerm, chronosPerformers, endTerm } from './edge/term';
import { tzRules } from './edge/zone-rules';

export interface ChronosDeps extends ProcessDeps {
  /** The store of a Chronos without `--zk_hosts`. */
  readonly state?: StateStore | undefined;
}

export interface Chronos extends Running {
  readonly http: Pick<HttpServer, 'address' | 'port' | 'url'>;
}

interface ChronosTypes {
  State: ChronosState;
  Event: ChronosEvent;
  Effect: ChronosEffect;
  Boot: Settings;
  Parts: ChronosParts;
  Term: ChronosTerm;
}

/** Starts Chronos. It needs neither a master nor ZooKeeper for its start. */
export async function startChronos(config: ChronosConfig, deps: ChronosDeps): Promise<Chronos> {
  const rules = tzRules();
  const access = await openAccess(config.http, deps);
  const started = await startLedProcess<ChronosTypes>(deps, {
    machine: chronosMachine(rules),
    endText: 'Chronos cannot go on',
    election: electionOf(config),
    parts: (context) => chronosParts(config, { rules, access }, context),
    server: chronosServer,
    address: ({ context }) => addressOf(config, context),
    term: (parts, term) => beginTerm(parts, deps.state, term),
    boot: ({ context }) => ({
      ...config.core,
      mesos: mesosSettings(config, urlOf(config, context)),
    }),
    performers: chronosPerformers,
    start: ({ context: { core } }, { stored }, life) => {
      core.post({ kind: 'started', stored });
      life.add(watchClockJumps(() => core.post({ kind: 'clock.jumped' })));
    },
    ended: endTerm,
  });
  const { address, port, url } = started.parts.context.server();
  deps.log.info({ url, masters: config.masters.join(',') || 'elected' }, 'Chronos is up');
  return { http: { address, port, url }, stop: () => started.stop() };
}

function electionOf({ ensemble }: ChronosConfig): ElectionPlan | undefined {
  if (ensemble === undefined) return undefined;
  const { url, sessionTimeoutMs } = ensemble;
  return { url, path: `${url.path}/${CANDIDATE_NODE}`, sessionTimeoutMs };
}

export { CHRONOS_STATE } from './edge/nodes';
export type { Imported };

/** Imports the jobs and the framework id of the original, from its tree in ZooKeeper, into a store of ours. */
export function importIntoChronos(
  config: ImportConfig,
  { log, clock, state }: Pick<ChronosDeps, 'log' | 'clock' | 'state'>,
): Promise<Imported> {
  return importOriginal({
    ...config.ensemble,
    defaults: config.jobs,
    target: state,
    isReplacing: config.isReplacing,
    rules: tzRules(),
    now: clock.now(),
    clock,
    log,
  });
}
