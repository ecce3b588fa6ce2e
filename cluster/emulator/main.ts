/**
 * Starts many emulated agents behind one socket, for benchmarks and for people who write frameworks.
 */

import type { AgentInput } from '../agent/core/state/events';
import { readDetector } from '../agent/edge/master/detector';
import type * as mesos from '../api/generated/mesos';
import { startHttpServer } from '../runtime/http/server';
import { Lifetime, type Running } from '../runtime/lifecycle';
import { Libprocess } from '../runtime/messages/libprocess';
import type { MessageRouter } from '../runtime/messages/receive';
import type { ProcessDeps } from '../runtime/process';
import { createEmulatedAgent, type EmulatedAgent, type EmulatorContext } from './edge/emulated-agent';

export interface EmulatorOptions {
  /** The master, in the forms of the agent's `--master`. */
  readonly master: string;
  /** The session timeout for `zk://`; the agent's default without it. */
  readonly sessionTimeoutMs?: number;
  readonly count: number;
  readonly ip: string;
  readonly port: number;
  readonly resources: readonly mesos.Resource[];
  /** The time until a task ends by itself, plus or minus the spread; 0 for never. */
  readonly taskMs: number;
  readonly taskSpreadMs: number;
  /** The longest random time before an agent registers. */
  readonly registrationBackoffMs: number;
}

export interface EmulatedAgents extends Running {
  /** Number of registered agents. */
  registered(): number;
  /** Number of running tasks. */
  tasks(): number;
}

/** `onEnd` is called when no leader can ever be found. */
export type EmulatorDeps = Pick<ProcessDeps, 'log' | 'clock' | 'onEnd'>;

const SESSION_MS = 10_000;

/** Starts all agents; each registers by itself with the leading master. */
export function startEmulatedAgents(options: EmulatorOptions, deps: EmulatorDeps): Promise<EmulatedAgents> {
  return Lifetime.start(async (life) => {
    const agents: EmulatedAgent[] = [];
    const postAll = (event: AgentInput): void => {
      for (const agent of agents) agent.post(event);
    };
    const libprocess = new Libprocess({
      id: 'emulator',
      address: { ip: options.ip },
      log: deps.log,
      senders: options.count,
      exited: (pid) => postAll({ kind: 'master.exited', pid }),
    });
    const { master, sessionTimeoutMs = SESSION_MS } = options;
    const detect = await readDetector({ master, sessionTimeoutMs, ...deps });
    const http = await listen(options, deps, libprocess.router);
    life.add(() => http.close());
    life.add(() => libprocess.stop());
    await libprocess.open(http);
    const context: EmulatorContext = { options, ...deps, libprocess, running: { count: 0 } };
    for (let index = 1; index <= options.count; index++) agents.push(createEmulatedAgent(context, index));
    life.add(async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
    });
    const detector = detect({
      changed: (pid) => postAll({ kind: 'master.detected', pid }),
      failed: (reason) => deps.onEnd?.(reason),
    });
    life.add(() => detector.stop());
    return {
      registered: () => agents.filter(({ state }) => state.phase === 'running').length,
      tasks: () => context.running.count,
    };
  });
}

function listen(options: EmulatorOptions, { log }: EmulatorDeps, messages: MessageRouter) {
  return startHttpServer({
    what: 'the emulator',
    about: 'Emulated agents, to try a master at size.',
    address: options.ip,
    port: options.port,
    addressFlag: '--ip',
    portFlag: '--port',
    log,
    messages,
    routes: [],
  });
}
