/**
 * Starts an agent: sandboxes, mailbox, HTTP and libprocess on one port.
 */

import type { HttpServer } from '../runtime/http/server';
import type { Running } from '../runtime/lifecycle';
import { type ProcessDeps, startProcess } from '../runtime/process';
import type { AgentConfig } from './config';
import { agentMachine } from './core/step';
import { agentBoot } from './edge/boot';
import { agentServer } from './edge/http/server';
import { withDiscoveredIp } from './edge/machine/place';
import { type AgentParts, type AgentSurroundings, agentParts } from './edge/parts';
import { agentPerformers } from './edge/perform';

export type { GoneAgent } from './edge/end-of-tasks';

export type AgentDeps = Omit<ProcessDeps, 'onEnd'> & AgentSurroundings;

export interface RunningAgent extends Running {
  readonly http: HttpServer;
  /** Leaves the cluster and ends every task; resolves when they have ended. The process should end then. */
  unregister(): Promise<void>;
  /** Resolves when `--recover=cleanup` has ended what an earlier run had left. The process should end then. */
  readonly cleanedUp: Promise<void>;
}

/** Starts an agent: it registers with the master as soon as that is there. Stopping it lets go of
 * all containers, which go on, unless it is to end the tasks. */
export async function startAgent(flags: AgentConfig, deps: AgentDeps): Promise<RunningAgent> {
  const config = await withDiscoveredIp(flags);
  return await startProcess(deps, {
    machine: agentMachine,
    parts: (context) => agentParts(config, deps, context),
    server: (parts) => agentServer(config, parts),
    boot: (parts) => agentBoot(config, parts),
    performers: agentPerformers,
    start: beginToFollow,
  });
}

/** Recovers, and follows the leading masters. A stop that ends tasks waits for that before anything else ends. */
function beginToFollow({ context, core, detect, garbage, end }: AgentParts): Omit<RunningAgent, 'stop'> {
  const { life } = context;
  void garbage.start(core.state?.agentId);
  life.add(() => end.beforeStop());
  core.post({ kind: 'recover' });
  const detector = detect({
    changed: (pid) => core.post({ kind: 'master.detected', pid }),
    failed: (reason) => context.end(reason),
  });
  life.add(() => detector.stop());
  const { cleanedUp } = end;
  return { http: context.server(), unregister: () => end.after('unregister'), cleanedUp };
}
