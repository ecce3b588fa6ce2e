/**
 * Removes the folders of ended executors and frameworks, finds those of earlier runs, and measures the disk.
 *
 * A folder is renamed into `slaves/.gc` before the next effect is performed, so a launch that follows finds its place free;
 * what it has is removed from there, one folder at a time, also after a restart.
 *
 * Always true: no link below a sandbox is followed: its users may swap folders there.
 */

import { randomUUID } from 'node:crypto';
import { lutimesSync, readdirSync, renameSync } from 'node:fs';
import { lstat, readdir, statfs, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { pathIn, withFolderBelow } from '../../../runtime/files/open-folder';
import { removeTree } from '../../../runtime/files/remove-tree';
import type { Logger } from '../../../runtime/log';
import type { AgentInput } from '../../core/state/events';
import type { FoundFolder } from '../../core/state/garbage-state';

export interface GarbageOptions {
  readonly workDir: string;
  /** True for the id of a container that has a run folder. */
  readonly isContainer: (containerId: string) => boolean;
  readonly post: (event: AgentInput) => void;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** A sandbox of an executor or of a standalone container, and the way to what is below it. */
const SANDBOX =
  /^(slaves\/[^/]+\/frameworks\/[^/]+\/executors\/[^/]+\/runs\/[^/]+|containers\/[^/]+)(?:\/(.+))?$/s;

type Outcome = 'succeeded' | 'failed' | 'missing';

export class GarbageRemover {
  private readonly bin: string;
  /** The removal under way and those after it. */
  private queue: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: GarbageOptions) {
    this.bin = join(options.workDir, 'slaves', '.gc');
  }

  /** Removes what is left in the bin, and reports the folders of earlier runs with their age. */
  async start(agentId: string | undefined): Promise<void> {
    const { post } = this.options;
    for (const name of namesIn(this.bin)) void this.enqueue(name, join(this.bin, name));
    post({ kind: 'folders.found', folders: await this.findFolders(agentId) });
  }

  private async findFolders(agentId: string | undefined): Promise<readonly FoundFolder[]> {
    const { workDir, now, isContainer } = this.options;
    const standalone = await foldersIn(join(workDir, 'containers'));
    const forgotten = standalone.filter(({ path }) => !isContainer(basename(path)));
    return [
      ...(await findRunFolders(workDir, agentId, now())),
      ...forgotten.map((folder) => ({ ...folder, isOfContainer: true })),
    ];
  }

  /** Sets the time from which the age of folders counts after a restart. */
  touch(folders: readonly string[]): void {
    const seconds = this.options.now() / 1000;
    for (const folder of folders) {
      try {
        // A task may have put a link in the place of a sandbox that is nested in its own.
        this.reach(folder, (path) => lutimesSync(path, seconds, seconds));
      } catch {
        // It is gone.
      }
    }
  }

  /** Does something with a folder, to which no link below a sandbox leads. Throws for one that a link leads to. */
  private reach(folder: string, use: (path: string) => void): void {
    const { workDir } = this.options;
    const [, sandbox, way] = SANDBOX.exec(folder.slice(workDir.length + 1)) ?? [];
    if (sandbox === undefined || way === undefined) return use(folder);
    const names = [basename(sandbox), ...way.split('/')];
    const name = names.pop() ?? '';
    withFolderBelow(dirname(join(workDir, sandbox)), names, (open) => use(pathIn(open, name)));
  }

  /** Takes the folders away at once, and removes them one after the other. */
  async remove(folders: readonly string[]): Promise<void> {
    const outcomes = await Promise.all(folders.map((folder) => this.take(folder)));
    const number = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length;
    this.options.post({
      kind: 'folders.removed',
      succeeded: number('succeeded'),
      failed: number('failed'),
      missing: number('missing'),
    });
  }

  /**
   * Takes a sandbox away that is nested in another one, by the ids on the way, or that one itself.
   */
  discard(root: string, way: readonly string[]): void {
    const sandbox = join(root, ...way.flatMap((id) => ['containers', id]));
    const moved = join(this.bin, randomUUID());
    try {
      makeFolder(this.bin, 0o700);
      this.reach(sandbox, (path) => renameSync(path, moved));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    void this.enqueue(sandbox, moved);
  }

  private take(folder: string): Promise<Outcome> {
    const moved = join(this.bin, randomUUID());
    try {
      makeFolder(this.bin, 0o700);
      this.reach(folder, (path) => renameSync(path, moved));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Promise.resolve('missing');
      this.options.log.warn({ folder, error: errorText(error) }, 'an old folder cannot be removed');
      return Promise.resolve('failed');
    }
    return this.enqueue(folder, moved);
  }

  private enqueue(folder: string, moved: string): Promise<Outcome> {
    const outcome = this.queue.then(async (): Promise<Outcome> => {
      if (this.isStopped) return 'failed';
      try {
        await removeTree(moved, () => this.isStopped);
        this.options.log.info({ folder }, 'removed an old folder');
        return 'succeeded';
      } catch (error) {
        this.options.log.warn({ folder, error: errorText(error) }, 'an old folder is not wholly removed');
        return 'failed';
      }
    });
    this.queue = outcome;
    return outcome;
  }

  /** The used part of the file system that has the sandboxes. */
  async measure(): Promise<void> {
    const usage = await statfs(this.options.workDir).then(
      ({ blocks, bfree }) => (blocks === 0 ? 0 : (blocks - bfree) / blocks),
      (error: unknown) => {
        this.options.log.warn({ error: errorText(error) }, 'the usage of the disk cannot be measured');
        return undefined;
      },
    );
    this.options.post({ kind: 'disk.measured', usage });
  }

  /** Ends after the entry that is being removed; the rest is removed after the next start. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.queue;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The folders of runs, executors and frameworks of this agent, and those of earlier agents. The age of the latter counts
 * from now on, as in the original: nobody has scheduled them before.
 */
async function findRunFolders(
  workDir: string,
  agentId: string | undefined,
  now: number,
): Promise<FoundFolder[]> {
  const slaves = join(workDir, 'slaves');
  const folders: FoundFolder[] = [];
  for (const name of namesIn(slaves)) {
    const folder = join(slaves, name);
    if (name === '.gc' || !(await modifiedAt(folder))) continue;
    if (name === agentId) await findRuns(folder, folders);
    else {
      await utimes(folder, now / 1000, now / 1000).catch(() => undefined);
      folders.push({ path: folder, modifiedAt: now });
    }
  }
  return folders;
}

/** Runs come before their executors, and executors before their frameworks. */
async function findRuns(agent: string, folders: FoundFolder[]): Promise<void> {
  for (const framework of await foldersIn(join(agent, 'frameworks'))) {
    for (const executor of await foldersIn(join(framework.path, 'executors'))) {
      folders.push(...(await foldersIn(join(executor.path, 'runs'))));
      folders.push(executor);
    }
    folders.push(framework);
  }
}

/** The folders in a folder; links such as `latest` are none. */
async function foldersIn(folder: string): Promise<FoundFolder[]> {
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      modifiedAt: await modifiedAt(join(folder, name)),
    })),
  );
  return entries.flatMap(({ path, modifiedAt: time }) =>
    time === undefined ? [] : [{ path, modifiedAt: time }],
  );
}

/** The time of the last change of a folder; undefined when it is none. */
async function modifiedAt(path: string): Promise<number | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() ? stats.mtimeMs : undefined;
}
