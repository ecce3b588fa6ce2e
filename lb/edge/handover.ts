/**
 * What the next load balancer of the work folder has to know of this one's HAProxy, on disk: which configuration which
 * worker has loaded, and what was ordered over the API.
 *
 * Always true: the text on disk is whole, and of this user; anything else counts as nothing remembered.
 */

import type { Logger } from '../../cluster/runtime/log';
import { readOwnText, writeText } from './work-folder';

/** A configuration that a worker has loaded. */
export interface LoadedConfig {
  /** The worker, by process id and the time it began: a reused id is another one. */
  readonly worker: number;
  readonly since: string;
  /** Hash of the structure. */
  readonly structure: string;
  /** What it listens on, as `address:port`. */
  readonly binds: readonly string[];
}

interface HandoverRecord {
  loaded?: LoadedConfig;
  /** Tasks that are out, with the time they went out; weights by app. */
  drained?: readonly (readonly [string, number])[];
  weights?: readonly (readonly [string, number])[];
  /** Certificate files that HAProxy has loaded, with when they changed. */
  certificates?: readonly (readonly [string, string])[];
}

export class Handover {
  private record: HandoverRecord;

  constructor(
    private readonly path: string,
    private readonly log: Logger,
  ) {
    this.record = readRecord(readOwnText(path));
  }

  get loaded(): LoadedConfig | undefined {
    return this.record.loaded;
  }

  get drained(): ReadonlyMap<string, number> {
    return new Map(this.record.drained ?? []);
  }

  get weights(): ReadonlyMap<string, number> {
    return new Map(this.record.weights ?? []);
  }

  get certificates(): readonly (readonly [string, string])[] {
    return this.record.certificates ?? [];
  }

  /** Remembers what is given; a disk that takes nothing is told in the log. */
  keep(fresh: HandoverRecord): void {
    this.record = { ...this.record, ...fresh };
    try {
      writeText(this.path, `${JSON.stringify({ version: 1, ...this.record })}\n`);
    } catch (error) {
      this.log.warn(
        { error: (error as Error).message },
        'what the next load balancer should know cannot be written; its first change would be a reload',
      );
    }
  }
}

function readRecord(text: string): HandoverRecord {
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    if (json['version'] !== 1) return {};
    const loaded = readLoaded(json['loaded']);
    return {
      ...(loaded && { loaded }),
      drained: readPairs(json['drained'], isNumber),
      weights: readPairs(json['weights'], isNumber),
      certificates: readPairs(json['certificates'], isText),
    };
  } catch {
    return {};
  }
}

function readLoaded(json: unknown): LoadedConfig | undefined {
  const { worker, since, structure, binds } = (json ?? {}) as Record<string, unknown>;
  if (typeof worker !== 'number' || typeof since !== 'string' || typeof structure !== 'string')
    return undefined;
  return { worker, since, structure, binds: Array.isArray(binds) ? binds.map(String) : [] };
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';

function readPairs<T>(json: unknown, fits: (value: unknown) => value is T): [string, T][] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((pair: unknown): [string, T][] => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof name === 'string' && fits(value) ? [[name, value]] : [];
  });
}
