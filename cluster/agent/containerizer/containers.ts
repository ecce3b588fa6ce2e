/**
 * The containers of the agent: a sandbox and an executor each.
 */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../model/error-text';
import { makeFolder } from '../../runtime/files/make-folder';
import { HeldProgram } from '../../runtime/holder/held-program';
import { findProcesses, killFound } from '../../runtime/processes';
import type { Termination } from '../core/container-spec';
import type { AgentEffect } from '../core/effects';
import type { AgentInput } from '../core/events';
import type { ExecutorLauncher, LaunchedExecutor } from './launcher';
import { makeSandbox } from './sandbox';

export interface ContainersOptions {
  /** The folder of the sandboxes. */
  readonly workDir: string;
  readonly launcher: ExecutorLauncher;
  readonly post: (event: AgentInput) => void;
}

type Launch = Extract<AgentEffect, { kind: 'launch' }>;

export class Containers {
  private readonly running = new Map<string, LaunchedExecutor>();

  constructor(private readonly options: ContainersOptions) {}

  async launch({ spec }: Launch): Promise<void> {
    const { containerId } = spec;
    try {
      await makeSandbox({ workDir: this.options.workDir, ...spec });
      const runFolder = this.runFolder(containerId);
      makeFolder(runFolder);
      const executor = await this.options.launcher(spec.environment, runFolder);
      this.running.set(containerId, executor);
      this.options.post({ kind: 'container.launched', containerId });
      void executor.exited.then((text) => {
        this.running.delete(containerId);
        this.options.post({ kind: 'container.exited', containerId, termination: terminated(text) });
        // What cannot be removed now is removed at the next start.
        rm(runFolder, { recursive: true, force: true }).catch(() => undefined);
      });
    } catch (error) {
      this.options.post({ kind: 'container.failed', containerId, reason: errorText(error) });
    }
  }

  private runFolder(containerId: string): string {
    return join(runFolders(this.options.workDir), containerId);
  }

  /**
   * Ends a container by force; its exit is posted as usual. The exit of one that is gone already is posted
   * again.
   */
  async destroy(containerId: string): Promise<void> {
    const executor = this.running.get(containerId);
    if (executor) await executor.stop();
    else this.options.post({ kind: 'container.exited', containerId, termination: terminated('destroyed') });
  }

  async destroyAll(): Promise<void> {
    await Promise.all([...this.running.values()].map((executor) => executor.stop()));
  }
}

function terminated(message: string): Termination {
  return { status: undefined, message };
}

/** The folders of containers that run, each with the holder of its task. */
function runFolders(workDir: string): string {
  return join(workDir, 'run', 'containers');
}

/**
 * Kills tasks of an earlier run: those that holders have, and those whose sandboxes lie in our work folder. Returns the
 * number of the latter.
 */
export async function killLeftovers(workDir: string): Promise<number> {
  const folder = runFolders(workDir);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  await Promise.all(names.map((name) => killHeld(join(folder, name))));
  rmSync(folder, { recursive: true, force: true });
  return killFound(() => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(`${workDir}/slaves/`)));
}

async function killHeld(folder: string): Promise<void> {
  const program = HeldProgram.adopt(folder);
  program?.kill();
  await program?.ended;
}
