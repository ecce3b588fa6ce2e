/**
 * Starts many emulated agents behind one socket, for benchmarks and for people who write frameworks.
 */

import { readDetector } from '../agent/edge/detector';
import { readMasterMessage } from '../agent/edge/messages';
import type * as mesos from '../api/generated/mesos';
import type { Clock } from '../runtime/clock';
import { startHttpServer } from '../runtime/http/server';
import { Lifetime, type Running } from '../runtime/lifecycle';
import type { Logger } from '../runtime/log';
import { advertisedAddress, reachableAddress } from '../runtime/messages/advertised-address';
import { Links } from '../runtime/messages/links';
import { MessageRouter } from '../runtime/messages/receive';
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

export interface EmulatorDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** Called when no leader can ever be found. */
  readonly onEnd?: (reason: string) => void;
}

const SESSION_MS = 10_000;

/** Starts all agents; each registers by itself with the leading master. */
export function startEmulatedAgents(options: EmulatorOptions, deps: EmulatorDeps): Promise<EmulatedAgents> {
  return Lifetime.start(async (life) => {
    advertisedAddress(options);
    const { master, sessionTimeoutMs = SESSION_MS } = options;
    const detect = await readDetector({ master, sessionTimeoutMs, log: deps.log });
    const router = new MessageRouter(deps.log);
    const http = await listen(options, deps, router);
    life.add(() => http.close());
    const agents: EmulatedAgent[] = [];
    const links = new Links({
      from: { id: 'emulator', host: await reachableAddress({ ip: http.address }), port: http.port },
      log: deps.log,
      senders: options.count,
      exited: (pid) => {
        for (const agent of agents) agent.post({ kind: 'master.exited', pid });
      },
    });
    life.add(() => links.stop());
    const context: EmulatorContext = { options, ...deps, links, address: http, running: { count: 0 } };
    for (let index = 1; index <= options.count; index++) {
      const agent = createEmulatedAgent(context, index);
      agents.push(agent);
      router.register(`slave(${index})`, (message) => {
        const event = readMasterMessage(message);
        if (event) agent.post(event);
      });
    }
    life.add(async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
    });
    const detector = detect({
      changed: (pid) => {
        for (const agent of agents) agent.post({ kind: 'master.detected', pid });
      },
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
