/**
 * Starts a master: registry store, mailbox, HTTP and libprocess on one port.
 */

import { randomInt, randomUUID } from 'node:crypto';
import type { HttpServer } from '../runtime/http/server';
import type { Running } from '../runtime/lifecycle';
import { type ProcessDeps, startProcess } from '../runtime/process';
import { VERSION } from '../runtime/version';
import type { StateStore } from '../state/store';
import type { MasterConfig } from './config';

import type { MasterBoot, MasterEvent } from './core/state/events';
import { masterTimers } from './core/state/timers';
import { masterMachine } from './core/step';
import { masterServer } from './edge/http/server';
import { beginToLead } from './edge/lead';
import { type MasterParts, masterParts } from './edge/parts';
import { masterPerformers } from './edge/perform';

export interface MasterDeps extends ProcessDeps {
  /** The store of the registry, unless ZooKeeper has it (`--zk`). */
  readonly state: StateStore;
}

export interface RunningMaster extends Running {
  readonly http: HttpServer;
  /** The pid of this master, `master@ip:port`. */
  readonly pid: string;
}

/** Starts a master. It serves once it leads and has recovered (core/recovery/recovery.ts). */
export function startMaster(config: MasterConfig, deps: MasterDeps): Promise<RunningMaster> {
  return startProcess(deps, {
    machine: masterMachine,
    endText: 'the master stops leading',
    parts: (context) => masterParts(config, deps.state, context),
    server: (parts) => masterServer(config, parts),
    boot: (parts) => bootOf(config, parts),
    performers: masterPerformers,
    observe: timeAllocation,
    start: async (parts) => {
      await beginToLead(config, parts);
      return { http: parts.context.server(), pid: parts.libprocess.pid() };
    },
  });
}

function bootOf(config: MasterConfig, { context, libprocess, settings }: MasterParts): MasterBoot {
  const { host, port } = libprocess.address;
  return {
    id: randomUUID(),
    hostname: config.hostname ?? host,
    ip: host,
    port,
    version: VERSION,
    cluster: config.cluster,
    startedAt: context.clock.now(),
    seed: randomInt(2 ** 32),
    settings,
  };
}

/** Keeps the times of allocations, for the metrics. */
function timeAllocation({ timings, core }: MasterParts, event: MasterEvent, ms: number): void {
  if (event.kind !== 'woke' || event.timer !== masterTimers.nameOf({ kind: 'allocate' })) return;
  timings.allocation.add(ms);
  timings.latency.add(core.read((state) => state.allocator.lateMs));
}

export { MASTER_STATE } from './edge/ensemble';
