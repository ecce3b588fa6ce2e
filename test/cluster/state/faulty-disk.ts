/**
 * A disk that fails: node:fs and node:fs/promises with every operation counted, one of which may fail. A test puts it in
 * place of the real modules with `jest.mock`. LevelDB writes by itself: see `failLevel`.
 */

import type * as fs from 'node:fs';
import type * as promisesModule from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ClassicLevel } from 'classic-level';

const actual = jest.requireActual<typeof fs>('node:fs');
const actualPromises = jest.requireActual<typeof promisesModule>('node:fs/promises');

/** `short` writes a part and says how much; `torn` writes a part and fails. */
export type Fault = 'EIO' | 'ENOSPC' | 'short' | 'torn';

export interface FaultPlan {
  /** The operation that fails, counted from 0. */
  readonly operation: number;
  readonly fault: Fault;
  /** True when everything after it fails, too. */
  readonly lasts: boolean;
}

class FaultyDisk {
  /** What was done since the last reset. */
  operations: string[] = [];
  plan: FaultPlan | undefined;
  /** The operation that failed. */
  failed: string | undefined;

  reset(plan?: FaultPlan): void {
    this.operations = [];
    this.failed = undefined;
    this.plan = plan;
  }

  /** The fault of the operation that begins now. */
  next(name: string): Fault | undefined {
    const number = this.operations.push(name) - 1;
    if (!this.plan) return undefined;
    const { operation, fault, lasts } = this.plan;
    if (number !== operation && !(lasts && number > operation)) return undefined;
    this.failed ??= name;
    return fault;
  }
}

export const disk = new FaultyDisk();

export function diskError(fault: Fault, name: string): NodeJS.ErrnoException {
  const code = fault === 'EIO' ? 'EIO' : 'ENOSPC';
  const text = code === 'EIO' ? 'i/o error' : 'no space left on device';
  return Object.assign(new Error(`${code}: ${text}, ${name}`), { code });
}

type AnyFunction = (...args: never[]) => unknown;

function failing<F extends AnyFunction>(name: string, run: F): F {
  return (async (...args: never[]) => {
    const fault = disk.next(name);
    if (fault !== undefined) throw diskError(fault, name);
    return await run(...args);
  }) as unknown as F;
}

const FILE_OPERATIONS: ReadonlySet<string> = new Set(['read', 'sync', 'datasync']);

/** A file whose operations are counted. Closing never fails. */
function faultyFile(file: FileHandle): FileHandle {
  return new Proxy(file, {
    get: (target, member) => {
      const name = String(member);
      const value = Reflect.get(target, member, target) as unknown;
      if (typeof value !== 'function') return value;
      const run = (value as AnyFunction).bind(target) as AnyFunction;
      if (name === 'write') return tornWrite(run);
      return FILE_OPERATIONS.has(name) ? failing(`file.${name}`, run) : run;
    },
  });
}

function tornWrite(write: AnyFunction) {
  return async (text: string, position: number) => {
    const fault = disk.next('file.write');
    if (fault === undefined) return write(text as never, position as never);
    await write(text.slice(0, text.length / 2) as never, position as never);
    throw diskError(fault, 'file.write');
  };
}

/** In place of node:fs/promises. */
export const promises = {
  ...actualPromises,
  open: async (...args: Parameters<typeof actualPromises.open>) => {
    const fault = disk.next('open');
    if (fault !== undefined) throw diskError(fault, 'open');
    return faultyFile(await actualPromises.open(...args));
  },
  ...Object.fromEntries(
    (
      ['copyFile', 'link', 'mkdir', 'readdir', 'readFile', 'readlink', 'rename', 'rm', 'symlink'] as const
    ).map((name) => [name, failing(name, actualPromises[name] as AnyFunction)]),
  ),
};

/** In place of node:fs: its writes of parts of files. */
export const sync = {
  ...actual,
  writeSync: (file: number, text: string, position: number): number => {
    const fault = disk.next('writeSync');
    if (fault === undefined) return actual.writeSync(file, text, position);
    if (fault === 'short' || fault === 'torn') {
      const written = actual.writeSync(file, text.slice(0, text.length / 2), position);
      if (fault === 'short') return written;
    }
    throw diskError(fault, 'writeSync');
  },
};

/** Counts the writes of LevelDB, too: each may fail before it has written, or afterwards, when it syncs. */
export function failLevel({ prototype }: typeof ClassicLevel): void {
  const { batch } = prototype as unknown as { batch: AnyFunction };
  jest.spyOn(prototype, 'batch' as never).mockImplementation(async function (
    this: ClassicLevel,
    ...args: unknown[]
  ) {
    const before = disk.next('level.write');
    if (before !== undefined) throw diskError(before, 'level.write');
    await batch.apply(this, args as never[]);
    const after = disk.next('level.sync');
    if (after !== undefined) throw diskError(after, 'level.sync');
  } as never);
}
