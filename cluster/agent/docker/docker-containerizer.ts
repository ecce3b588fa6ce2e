/**
 * The Docker containerizer: containers of a Docker engine, in a table of their own (Mesos 1.11
 * src/slave/containerizer/docker.cpp).
 *
 * Always true: a container of the engine with a name of ours is in the table, or waits for its removal, or is an orphan, which
 * is ended; those of other agents, by their label, are left alone.
 */

import { join } from 'node:path';
import { errorText } from '../../model/error-text';
import type { Millis } from '../../model/time';
import type { Clock } from '../../runtime/clock';
import type { Logger } from '../../runtime/log';
import type { ContainerTable } from '../containerizer/composed';
import { MesosContainerizer } from '../containerizer/containerizer';
import type { Isolator } from '../containerizer/isolators/isolator';
import type { Fetching } from '../containerizer/live-container';
import type { Container, ResourceChange } from '../containerizer/port';
import type { ProgramLauncher } from '../containerizer/program-launcher';
import type { ContainerSpec, Termination } from '../core/state/container-spec';
import { containerIdOf, containerName } from './core/names';
import { WORK_DIR_LABEL } from './core/run-arguments';
import { type DockerEngine, EngineUnreachable, type ListedContainer } from './engine';

/** Time after which an engine that was away is asked again. */
const AGAIN_MS = 2000;

export interface DockerContainerizerOptions {
  readonly engine: DockerEngine;
  readonly launcher: ProgramLauncher;
  /** In their order. */
  readonly isolators: readonly Isolator[];
  readonly fetching: Fetching;
  /** The folder of `--runtime_dir`. */
  readonly runtimeDir: string;
  readonly workDir: string;
  /** `--switch_user`: sandboxes are the user's of their container. */
  readonly switchUser: boolean;
  /** `--docker_kill_orphans`. */
  readonly killsOrphans: boolean;
  /** `--docker_remove_delay`. */
  readonly removeDelayMs: Millis;
  /** `--docker_stop_timeout`, in seconds. */
  readonly stopSeconds: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The folder below `--runtime_dir` of Docker containers. */
export function dockerRuntimeDir(runtimeDir: string): string {
  return join(runtimeDir, 'docker');
}

export class DockerContainerizer implements ContainerTable {
  private readonly table: MesosContainerizer;
  /** The ends of the timers under way. */
  private readonly timers = new Set<() => void>();
  private isStopped = false;

  constructor(private readonly options: DockerContainerizerOptions) {
    const { isolators, launcher, fetching, runtimeDir, workDir, switchUser, clock, log } = options;
    this.table = new MesosContainerizer({
      isolators,
      posix: launcher,
      runtime: undefined,
      fetching,
      runtimeDir: dockerRuntimeDir(runtimeDir),
      workDir,
      switchUser,
      findsStrays: false,
      destroyed: (spec) => this.removeLater(spec),
      cgroupsRoot: 'docker',
      clock,
      log,
    });
  }

  async launch(spec: ContainerSpec): Promise<Container> {
    if (spec.parent !== undefined) throw new Error('Nested containers are not supported');
    try {
      return await this.table.launch(spec);
    } catch (error) {
      // An engine that was away may make it yet.
      const { containerId } = spec;
      if (!this.table.get(containerId)) void this.remove(containerName(containerId));
      throw error;
    }
  }

  update(containerId: string, change: ResourceChange): Promise<void> {
    return this.table.update(containerId, change);
  }

  wait(containerId: string): Promise<Termination | undefined> {
    return this.table.wait(containerId);
  }

  destroy(containerId: string): Promise<Termination | undefined> {
    return this.table.destroy(containerId);
  }

  async recover(wanted: readonly string[]): Promise<readonly Container[]> {
    const containers = await this.table.recover(wanted);
    if (this.options.killsOrphans) await this.endOrphans();
    return containers;
  }

  all(): readonly Container[] {
    return this.table.all();
  }

  get(containerId: string): Container | undefined {
    return this.table.get(containerId);
  }

  /** Ends the timers. Containers go on, and those that wait for their removal are orphans of the next agent. */
  stop(): void {
    this.isStopped = true;
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  /** Ends what has the name of a container and is none of ours. While the engine is away it is asked again. */
  private async endOrphans(): Promise<void> {
    const { engine, log } = this.options;
    try {
      const listed = await engine.list(containerName(''));
      await Promise.all(listed.filter((listing) => this.isOrphan(listing)).map((orphan) => this.end(orphan)));
    } catch (error) {
      log.warn({ error: errorText(error) }, 'the Docker engine cannot be asked for orphans');
      if (error instanceof EngineUnreachable) this.after(AGAIN_MS, () => void this.endOrphans());
    }
  }

  private isOrphan({ name, labels }: ListedContainer): boolean {
    const id = containerIdOf(name);
    const owner = labels[WORK_DIR_LABEL];
    return id !== undefined && !this.table.get(id) && (owner === undefined || owner === this.options.workDir);
  }

  private async end({ id, name }: ListedContainer): Promise<void> {
    const { engine, stopSeconds, log } = this.options;
    log.info({ container: name }, 'an orphan is ended');
    await engine.stop(id, stopSeconds);
    await this.remove(id);
  }

  private removeLater({ containerId }: ContainerSpec): void {
    this.after(this.options.removeDelayMs, () => void this.remove(containerName(containerId)));
  }

  /**
   * Removes a container. While the engine is away it is tried again, and once more when it is back: what was asked of it
   * before may be done late. A container that cannot be removed is an orphan of the next agent.
   */
  private async remove(name: string, wasAway = false): Promise<void> {
    const { engine, log } = this.options;
    try {
      await engine.remove(name);
      if (wasAway) this.after(AGAIN_MS, () => void this.remove(name));
    } catch (error) {
      if (!wasAway)
        log.warn({ container: name, error: errorText(error) }, 'a Docker container cannot be removed');
      if (error instanceof EngineUnreachable) this.after(AGAIN_MS, () => void this.remove(name, true));
    }
  }

  private after(ms: Millis, action: () => void): void {
    if (this.isStopped) return;
    const { clock } = this.options;
    const cancel = clock.wakeAt(clock.now() + ms, () => {
      this.timers.delete(cancel);
      action();
    });
    this.timers.add(cancel);
  }
}
