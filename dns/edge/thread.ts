/**
 * Building in a thread of its own, so that reading a large state never holds up a question.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../cluster/runtime/log';
import type { DnsConfig } from '../config';
import type { ZoneChange } from '../core/book';
import type { Inquiry, Source, SourceEvents, SourceStatus } from './source';

/** What the thread says. */
export type FromThread =
  | { readonly kind: 'change'; readonly change: ZoneChange }
  | { readonly kind: 'status'; readonly status: SourceStatus }
  | { readonly kind: 'lost'; readonly reason: string }
  | {
      readonly kind: 'log';
      readonly level: keyof Omit<Logger, 'child'>;
      readonly fields: object;
      readonly text: string;
    }
  | { readonly kind: 'answer'; readonly id: number; readonly text?: string; readonly error?: string }
  | { readonly kind: 'stopped' };

/** What it is told. A part of a change that was taken is told with `taken`. */
export type ToThread =
  | { readonly kind: 'taken' }
  | { readonly kind: 'ask'; readonly id: number; readonly what: Inquiry; readonly name: string }
  | { readonly kind: 'stop' };

/** The compiled file that the thread runs; undefined where there is only TypeScript. */
export function threadFile(): string | undefined {
  const file = join(__dirname, 'builder-thread.js');
  return existsSync(file) ? file : undefined;
}

export function startThread(file: string, config: DnsConfig, log: Logger, events: SourceEvents): Source {
  // What reading a state makes for a moment stays out of the old heap, and the nursery small beside the zone.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  const worker = new Worker(file, { workerData: config, resourceLimits });
  const waiting = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  let ids = 0;
  let stopping: (() => void) | undefined;
  const say = (message: ToThread): void => worker.postMessage(message);
  const parts: ZoneChange[] = [];
  const takePart = (): void => {
    const part = parts.shift();
    if (part) events.change(part);
    say({ kind: 'taken' });
    if (parts.length > 0) setImmediate(takePart);
  };
  const take = (message: FromThread): void => {
    switch (message.kind) {
      case 'change':
        parts.push(message.change);
        if (parts.length > 1) return;
        // Messages come one after the other without a pause: questions are answered between the parts of a large zone.
        if (message.change.fresh) setImmediate(takePart);
        else takePart();
        return;
      case 'status':
        events.status(message.status);
        return;
      case 'lost':
        events.lost(message.reason);
        return;
      case 'log':
        log[message.level](message.fields, message.text);
        return;
      case 'answer': {
        const asked = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.text !== undefined) asked?.resolve(message.text);
        else asked?.reject(new Error(message.error));
        return;
      }
      case 'stopped':
        stopping?.();
    }
  };
  const over = (reason: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
    if (stopping) stopping();
    else events.lost(reason);
  };
  worker.on('message', take);
  worker.on('error', (error) => over(`the building thread failed: ${error.message}`));
  worker.on('exit', () => over('the building thread ended'));
  const ask = (what: Inquiry, name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const id = ids++;
      waiting.set(id, { resolve, reject });
      say({ kind: 'ask', id, what, name });
    });
  const stop = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      stopping = resolve;
      say({ kind: 'stop' });
    });
    await worker.terminate();
  };
  return { ask, stop };
}
