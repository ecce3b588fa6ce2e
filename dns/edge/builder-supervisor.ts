/**
 * Runs the builder in a thread of its own, so that reading a large state never holds up a question: performs what the
 * supervisor's machine decides about it.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import type { DnsConfig } from '../config';
import { type BuilderStatus, supervisorMachine } from '../core/supervisor/supervisor';
import type { ZoneChange } from '../core/zone/zone';
import { openRecording, supervisorRecording } from './recordings';
import type { BuilderListener, ClusterQuery, ZoneBuilder } from './zone-builder';

/** A message of the thread. */
export type FromThread =
  | { readonly kind: 'change'; readonly change: ZoneChange }
  | { readonly kind: 'status'; readonly status: BuilderStatus }
  | { readonly kind: 'lost'; readonly reason: string }
  | {
      readonly kind: 'log';
      readonly level: keyof Omit<Logger, 'child'>;
      readonly fields: object;
      readonly text: string;
    }
  | { readonly kind: 'answer'; readonly id: number; readonly body?: Uint8Array; readonly error?: string }
  | { readonly kind: 'stopped' };

/** A message to the thread. `taken` says that a part of a change was taken. */
export type ToThread =
  | { readonly kind: 'taken' }
  | { readonly kind: 'ask'; readonly id: number; readonly what: ClusterQuery; readonly name: string }
  | { readonly kind: 'stop' };

/** The compiled file that the thread runs; undefined where there is only TypeScript. */
export function threadFile(): string | undefined {
  const file = join(__dirname, 'builder-thread.js');
  return existsSync(file) ? file : undefined;
}

/** Questions about the cluster that wait for their answer; each may take the thread a second. */
const WAITING_MAX = 100;

/** The data of the thread. */
export interface ThreadData {
  readonly config: DnsConfig;
  /** The number of this thread, from 1. */
  readonly number: number;
}

export interface ThreadOptions {
  readonly file: string;
  readonly config: DnsConfig;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Starts the thread, and keeps one running. */
export function startThread(options: ThreadOptions, events: BuilderListener): ZoneBuilder {
  const { clock, log, config } = options;
  const { recordFolder } = config;
  let running: Thread | undefined;
  let isOver = false;
  let stopped: (() => void) | undefined;
  const boot = {};
  const mailbox = new Mailbox({
    machine: supervisorMachine,
    boot,
    clock,
    log,
    recorder:
      recordFolder === undefined
        ? undefined
        : openRecording(supervisorRecording(recordFolder), { machine: supervisorMachine.name, boot }),
    onBroken: (error) => {
      isOver = true;
      log.error({ error: error.stack ?? error.message }, 'the supervisor of the building thread failed');
      events.lost(`the supervisor of the building thread failed: ${error.message}`);
      stopped?.();
    },
    perform: {
      'start-thread': ({ thread }) => {
        running = runThread(thread, options, {
          change: events.change,
          status: (status) => mailbox.post({ kind: 'thread.status', thread, status }),
          lost: (reason) => mailbox.post({ kind: 'source.lost', thread, reason }),
          ended: (reason) => mailbox.post({ kind: 'thread.ended', thread, reason }),
          stopped: () => mailbox.post({ kind: 'thread.stopped', thread }),
        });
      },
      'stop-thread': () => running?.stop(),
      status: ({ status }) => events.status(status),
      lose: ({ reason }) => events.lost(reason),
      stopped: () => stopped?.(),
    },
  });
  mailbox.post({ kind: 'started' });
  const end = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      stopped = resolve;
      mailbox.post({ kind: 'stop.requested' });
      if (isOver) resolve();
    });
    await mailbox.stop();
    await running?.terminate();
  };
  let ending: Promise<void> | undefined;
  return {
    ask: (what, name) => running?.ask(what, name) ?? Promise.reject(new Error('no thread runs')),
    stop: () => {
      ending ??= end();
      return ending;
    },
  };
}

interface ThreadEvents extends BuilderListener {
  /** Called once when it ends, unless it has stopped. */
  readonly ended: (reason: string) => void;
  readonly stopped: () => void;
}

interface Thread extends Pick<ZoneBuilder, 'ask'> {
  /** Tells the thread to stop. */
  stop(): void;
  terminate(): Promise<unknown>;
}

/** One thread until it ends. */
function runThread(number: number, { file, config, log }: ThreadOptions, events: ThreadEvents): Thread {
  // Objects that live while a state is read stay out of the old generation, and the young one stays small beside the zone.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  const workerData: ThreadData = { config, number };
  const worker = new Worker(file, { workerData, resourceLimits });
  const queries = createQueries((message) => send(message));
  let over = false;
  const send = (message: ToThread): void => worker.postMessage(message);
  const takeChange = changesInTurn(events.change, () => send({ kind: 'taken' }));
  const take = (message: FromThread): void => {
    switch (message.kind) {
      case 'change':
        return takeChange(message.change);
      case 'status':
        return events.status(message.status);
      case 'lost':
        return events.lost(message.reason);
      case 'log':
        return log[message.level](message.fields, message.text);
      case 'answer':
        return queries.settle(message);
      case 'stopped':
        return events.stopped();
    }
  };
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    queries.end(reason);
    events.ended(reason);
  };
  worker.on('message', (message: FromThread) => {
    if (!over) take(message);
  });
  worker.on('error', (error) => end(error.message));
  worker.on('exit', () => end('it ended'));
  return { ask: queries.ask, stop: () => send({ kind: 'stop' }), terminate: () => worker.terminate() };
}

/** Questions about the cluster and their answers. */
function createQueries(send: (message: ToThread) => void) {
  const waiting = new Map<number, { resolve: (body: Uint8Array) => void; reject: (error: Error) => void }>();
  let ids = 0;
  let refused: string | undefined;
  const ask: ZoneBuilder['ask'] = (what, name) =>
    new Promise((resolve, reject) => {
      const why = refused ?? (waiting.size >= WAITING_MAX ? 'too many ask already' : undefined);
      if (why !== undefined) return reject(new Error(why));
      const id = ids++;
      waiting.set(id, { resolve, reject });
      send({ kind: 'ask', id, what, name });
    });
  const settle = ({ id, body, error }: Extract<FromThread, { readonly kind: 'answer' }>): void => {
    const query = waiting.get(id);
    waiting.delete(id);
    if (body !== undefined) query?.resolve(body);
    else query?.reject(new Error(error));
  };
  const end = (reason: string): void => {
    refused = 'the building thread is being started again';
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  return { ask, settle, end };
}

/** Takes changes in their order; questions are answered between the parts of a large zone. */
function changesInTurn(
  change: BuilderListener['change'],
  acknowledge: () => void,
): BuilderListener['change'] {
  const parts: ZoneChange[] = [];
  const takeNext = (): void => {
    const part = parts.shift();
    if (part) change(part);
    acknowledge();
    if (parts.length > 0) setImmediate(takeNext);
  };
  return (part) => {
    parts.push(part);
    if (parts.length > 1) return;
    // Messages of the thread come without a pause, so each part of a large zone waits for a pass of the event loop.
    if (part.fresh) setImmediate(takeNext);
    else takeNext();
  };
}
