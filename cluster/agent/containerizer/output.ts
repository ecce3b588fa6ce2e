/**
 * The files of a container's output, `stdout` and `stderr` in its sandbox, bounded when a flag or the task wants it.
 *
 * Always true: they belong to the user of the container, and nobody but its group reads them (0640); a file that is
 * there already, or a link, is refused.
 */

import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity, identityOf } from '../../runtime/identity';
import { BoundedOutput, EarlierWriters, outputWriter } from '../../runtime/output/bounded-output';
import { openOutput } from '../../runtime/output/output-file';
import type { LogBounds, LogBoundsResult } from '../core/containers/log-bounds';
import type { ContainerSpec } from '../core/state/container-spec';

/** Open files for output. */
export interface Output {
  readonly stdout: number;
  readonly stderr: number;
}

/** The bounds of a container by the variables of its command; undefined where logs have none. */
export type BoundsOfContainer = (variables: Readonly<Record<string, string>>) => LogBoundsResult | undefined;

export class OutputFiles {
  /** Bounded output, by container. */
  private readonly bounded = new Map<string, BoundedOutput>();
  private readonly earlier = new EarlierWriters();
  /** The output of containers in which something else writes before their program. */
  private readonly kept = new Map<string, { readonly output: Output; readonly release: () => void }>();

  constructor(private readonly boundsOf: BoundsOfContainer = () => undefined) {}

  /** Makes the files of a container, for all that uses them until they are released. */
  async keep(spec: ContainerSpec, image?: { readonly identity: Identity | undefined }): Promise<Output> {
    const identity = image ? image.identity : await identityOf(spec.user);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    return await new Promise<Output>((resolve, reject) => {
      this.with(spec, identity, async (output) => {
        this.kept.set(spec.containerId, { output, release });
        resolve(output);
        await released;
      }).catch(reject);
    });
  }

  /** The files of a container that are kept. */
  keptOf({ containerId }: ContainerSpec): Output | undefined {
    return this.kept.get(containerId)?.output;
  }

  release({ containerId }: ContainerSpec): void {
    this.kept.get(containerId)?.release();
    this.kept.delete(containerId);
  }

  /** Makes the files of a container, calls the function with them, and closes them. Those that are kept stay open. */
  async with<T>(
    spec: ContainerSpec,
    identity: Identity | undefined,
    use: (output: Output) => Promise<T>,
  ): Promise<T> {
    const keptOutput = this.keptOf(spec);
    if (keptOutput) return await use(keptOutput);
    const bounds = this.boundsOf(variablesOf(spec));
    if (!bounds)
      return await withFiles(
        ['stdout', 'stderr'].map((name) => () => openOutput(join(spec.directory, name), identity)),
        use,
      );
    if ('error' in bounds) throw new Error(`Failed to load container logger settings: ${bounds.error}`);
    return await this.withBounds(spec, identity, { bounds, use });
  }

  private async withBounds<T>(
    { containerId, directory }: ContainerSpec,
    user: Identity | undefined,
    { bounds, use }: { readonly bounds: LogBounds; readonly use: (output: Output) => Promise<T> },
  ): Promise<T> {
    const writer = outputWriter();
    if (writer === undefined)
      throw new Error('Bounded logs need a small program that was not built: there was no C compiler');
    const output = await BoundedOutput.start(writer, { directory, user, ...bounds });
    this.bounded.set(containerId, output);
    try {
      return await use(output);
    } finally {
      output.close();
    }
  }

  /** All processes of a container have ended: resolves when their output is in the files. */
  async settle(spec: ContainerSpec): Promise<void> {
    const { containerId, directory } = spec;
    const output = this.bounded.get(containerId);
    this.bounded.delete(containerId);
    if (output) await output.settle();
    // An adopted container has the writer of an earlier run.
    else if (this.boundsOf(variablesOf(spec))) await this.earlier.settle(directory);
  }
}

function variablesOf({ command }: ContainerSpec): Readonly<Record<string, string>> {
  const variables = command?.environment?.variables ?? [];
  return Object.fromEntries(variables.map(({ name, value = '' }) => [name, value]));
}

/** Calls the function with files whose output is dropped. */
export function withoutOutput<T>(use: (output: Output) => Promise<T>): Promise<T> {
  const open = (): number => openSync('/dev/null', constants.O_WRONLY);
  return withFiles([open, open], use);
}

async function withFiles<T>(
  open: readonly (() => number)[],
  use: (output: Output) => Promise<T>,
): Promise<T> {
  const files: number[] = [];
  try {
    for (const openFile of open) files.push(openFile());
    const [stdout = -1, stderr = -1] = files;
    return await use({ stdout, stderr });
  } finally {
    for (const file of files) closeSync(file);
  }
}
