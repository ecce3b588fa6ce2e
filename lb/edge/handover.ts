/**
 * The record on disk (`memory.json`) for the next load balancer of the work folder: the configuration that the worker has
 * loaded, and the drains and weights that were set over the API.
 *
 * Always true: only a complete file of this user is read; anything else counts as an empty record.
 */

import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import { readOwnText, writeText } from './work-folder';

/** A configuration that a worker has loaded. */
export interface LoadedConfig {
  /** Process id and start time of the worker; a reused process id has another start time. */
  readonly worker: number;
  readonly since: string;
  /** Hash of the configuration's structure. */
  readonly structure: string;
  /** Bound addresses, as `address:port`. */
  readonly binds: readonly string[];
}

interface HandoverRecord {
  loaded?: LoadedConfig;
  /** Drained tasks with their times; weights by app. */
  drained?: readonly (readonly [string, number])[];
  weights?: readonly (readonly [string, number])[];
  /** Certificate files that HAProxy has loaded, with time of change, size and inode. */
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

  /** Adds to the record and writes it. A failure to write is logged. */
  keep(fresh: HandoverRecord): void {
    this.record = { ...this.record, ...fresh };
    try {
      writeText(this.path, `${JSON.stringify({ version: 1, ...this.record })}\n`);
    } catch (error) {
      this.log.warn(
        { error: errorText(error) },
        'memory.json cannot be written; the first change of the next load balancer would be a reload',
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
