/**
 * Starts the child processes that answer on the same sockets: each has the zone, and gets every change of it.
 *
 * The first process binds the sockets, follows the masters and serves HTTP. A child that ends is started again.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Running } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { Counter, Metrics } from '../../cluster/runtime/metrics';
import { noInspectorArguments } from '../../cluster/runtime/no-inspector';
import type { DnsConfig } from '../config';
import type { ZoneChange } from '../core/zone/zone';
import type { Sockets } from './dns-server';

/** A message to a child. A socket comes as a handle with `socket`. */
export type ToChild =
  | { readonly kind: 'config'; readonly config: DnsConfig; readonly secret: string }
  | { readonly kind: 'socket'; readonly transport: 'udp' | 'tcp' }
  | { readonly kind: 'change'; readonly change: ZoneChange }
  | { readonly kind: 'heard'; readonly at: number };

/** A message of a child: the growth of its counters. */
export interface FromChild {
  readonly kind: 'counts';
  readonly grown: Readonly<Record<string, number>>;
}

export interface Children extends Running {
  apply(change: ZoneChange): void;
  heard(time: number): void;
}

interface Child {
  readonly process: ChildProcess;
  /** The number of messages on their way. */
  unsent: number;
}

interface ChildrenOptions {
  readonly file: string;
  readonly config: DnsConfig;
  readonly sockets: Sockets;
  /** The zone as it is now, for children that start later. */
  readonly zone: () => Iterable<ZoneChange>;
  readonly secret: Buffer;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const RESTART_MS = 1000;
const KILL_MS = 2000;
/** Messages that one child may leave unread. */
const UNSENT_MAX = 20_000;

/** The compiled file that children run; undefined where there is only TypeScript. */
export function childFile(): string | undefined {
  const file = join(__dirname, 'answer-process.js');
  return existsSync(file) ? file : undefined;
}

export function startChildren(options: ChildrenOptions): Children {
  const { config, log, metrics } = options;
  const running = new Set<Child>();
  let heardAt = 0;
  let stopped = false;
  const answered: Counter = metrics.counter(
    'dns/children_requests',
    'Questions that other processes answered',
  );
  const start = (): void => {
    if (stopped) return;
    const child = { process: forkChild(options.file), unsent: 0 };
    const { process } = child;
    running.add(child);
    process.on('error', (error) => log.warn({ error: error.message }, 'error of an answering process'));
    process.on('message', (message: FromChild) => answered.inc(message.grown['dns/requests'] ?? 0));
    process.on('exit', (code, signal) => {
      running.delete(child);
      if (stopped) return;
      log.warn({ code, signal }, 'an answering process ended; it is started again');
      setTimeout(start, RESTART_MS).unref();
    });
    greet(child, options, heardAt);
  };
  for (let number = 1; number < config.processes; number++) start();
  metrics.gauge('dns/processes', 'Processes that answer', () => running.size + 1);
  return {
    apply: (change) => {
      for (const child of running) sendTo(child, { kind: 'change', change });
    },
    heard: (time) => {
      heardAt = time;
      for (const child of running) sendTo(child, { kind: 'heard', at: time });
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...running].map(end));
    },
  };
}

function forkChild(file: string): ChildProcess {
  const execArgv = [...process.execArgv, ...noInspectorArguments()];
  return fork(file, [], { serialization: 'advanced', stdio: 'inherit', execArgv });
}

function greet(child: Child, options: ChildrenOptions, heardAt: number): void {
  const { config, sockets, secret } = options;
  sendTo(child, { kind: 'config', config, secret: secret.toString('hex') });
  sendTo(child, { kind: 'heard', at: heardAt });
  for (const change of options.zone()) sendTo(child, { kind: 'change', change });
  const bound = [
    ...sockets.udp.map((socket) => ['udp', socket] as const),
    ...sockets.tcp.map((server) => ['tcp', server] as const),
  ];
  for (const [transport, handle] of bound) sendTo(child, { kind: 'socket', transport }, handle);
}

/** Sends a message. Messages to a child that takes none would pile up here: it is killed, and started again. */
function sendTo(child: Child, message: ToChild, handle?: Parameters<ChildProcess['send']>[1]): void {
  if (!child.process.connected) return;
  if (child.unsent >= UNSENT_MAX) {
    child.process.kill('SIGKILL');
    return;
  }
  child.unsent++;
  child.process.send(message, handle, () => {
    child.unsent--;
  });
}

function end({ process: child }: Child): Promise<void> {
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), KILL_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    if (child.exitCode !== null || child.signalCode !== null) {
      clearTimeout(kill);
      resolve();
    } else if (child.connected) child.disconnect();
  });
}
