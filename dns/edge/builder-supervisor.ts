/**
 * Starts the builder in a thread of its own, so that reading a large state never holds up a question, and starts it again when
 * it fails.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../cluster/runtime/log';
import type { DnsConfig } from '../config';
import type { ZoneChange } from '../core/zone/zone';
import {
  type BuilderEvents,
  type BuilderStatus,
  type ClusterQuery,
  NO_STATUS,
  type ZoneBuilder,
} from './zone-builder';

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

const RESTART_FIRST_MS = 1000;
const RESTART_MAX_MS = 60_000;
/** A thread that lived for so long went well: the next one that fails is started again soon. */
const GOOD_LIFE_MS = 60_000;
/** Questions about the cluster that wait for their answer; each may take the thread a second. */
const WAITING_MAX = 100;

/** Starts the thread. A thread that fails is started again after a while; the zone stays meanwhile. */
export function startThread(
  file: string,
  config: DnsConfig,
  log: Logger,
  events: BuilderEvents,
): ZoneBuilder {
  let failures = 0;
  let failuresInRow = 0;
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  let status = NO_STATUS;
  let running: ZoneBuilder;
  const updateStatus = (next: BuilderStatus): void => {
    status = next;
    events.status({ ...next, failures: next.failures + failures });
  };
  const start = (): void => {
    const begun = Date.now();
    running = runThread(file, config, log, { ...events, status: updateStatus }, (reason) => {
      failures += status.failures + 1;
      updateStatus({ ...status, source: 'none', failures: 0 });
      failuresInRow = Date.now() - begun > GOOD_LIFE_MS ? 0 : failuresInRow + 1;
      const afterMs = Math.min(RESTART_FIRST_MS * 2 ** Math.max(0, failuresInRow - 1), RESTART_MAX_MS);
      log.error({ reason, afterMs }, 'the building thread failed: names stay as they are until it is back');
      if (!stopped) again = setTimeout(start, afterMs);
    });
  };
  start();
  return {
    ask: (what, name) => running.ask(what, name),
    stop: async () => {
      stopped = true;
      clearTimeout(again);
      await running.stop();
    },
  };
}

/** One thread until it ends. */
function runThread(
  file: string,
  config: DnsConfig,
  log: Logger,
  events: BuilderEvents,
  failed: (reason: string) => void,
): ZoneBuilder {
  // Objects that live while a state is read stay out of the old generation, and the young one stays small beside the zone.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  const worker = new Worker(file, { workerData: config, resourceLimits });
  const queries = createQueries((message) => send(message));
  let over = false;
  let stopping: (() => void) | undefined;
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
        return stopping?.();
    }
  };
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    queries.end(reason);
    if (stopping) stopping();
    else failed(reason);
  };
  worker.on('message', (message: FromThread) => {
    if (!over) take(message);
  });
  worker.on('error', (error) => end(error.message));
  worker.on('exit', () => end('it ended'));
  const stop = async (): Promise<void> => {
    if (!over)
      await new Promise<void>((resolve) => {
        stopping = resolve;
        send({ kind: 'stop' });
      });
    await worker.terminate();
  };
  return { ask: queries.ask, stop };
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
function changesInTurn(change: BuilderEvents['change'], acknowledge: () => void): BuilderEvents['change'] {
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
