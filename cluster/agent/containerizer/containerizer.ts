/**
 * The containerizer: a table of containers, each with a machine of its own.
 *
 * Always true: a container is in the table from before its first step until it is destroyed after its end; its children
 * are destroyed before it.
 */

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { errorText } from '../../model/error-text';
import type { Clock } from '../../runtime/clock';
import { makeFolder } from '../../runtime/files/make-folder';
import type { Logger } from '../../runtime/log';
import type { ContainerSpec, Termination } from '../core/state/container-spec';
import type { ContainerBoot } from './core/events';
import { removeHolders } from './held';
import type { Provisioner } from './images/provisioner';
import type { Changes, ContainerRun, Isolator } from './isolators/isolator';
import { LaunchQueue } from './launch-queue';
import { type Fetching, LiveContainer } from './live-container';
import type { Container, Containerizer, ResourceChange } from './port';
import type { ProgramLauncher, StartedProgram } from './program-launcher';
import {
  containerIds,
  isRebooted,
  makeRunFolder,
  readRecord,
  removeRunFolder,
  runFolder,
} from './run-folder';
import { sessionLauncher } from './session-launcher';
import { killInCgroup, killStrays } from './strays';

/**
 * Fewer take longer until the last one of a burst runs, as processors then wait for this process; with more of them the
 * first one runs later.
 */
const LAUNCHES_PER_CORE = 16;

export interface ContainerizerOptions {
  /** In their order: see isolation.ts. */
  readonly isolators: readonly Isolator[];
  /** Starts programs of containers that no isolator has changed. */
  readonly posix: ProgramLauncher;
  /** Starts programs of all other containers, by an OCI runtime; undefined where there is none. */
  readonly runtime: ProgramLauncher | undefined;
  /** Makes file systems of images; undefined without `--image_providers`. */
  readonly provisioner?: Provisioner | undefined;
  /** The folder of `--runtime_dir`. */
  readonly runtimeDir: string;
  /** The folder of `--work_dir`, which has the sandboxes. */
  readonly workDir: string;
  /** False to run every program as the agent's own user, `--switch_user`. */
  readonly switchUser?: boolean | undefined;
  readonly fetching?: Fetching | undefined;
  /** The number of launches that are under way at a time. */
  readonly launchesMax?: number;
  /** False when containers have no processes in sandboxes below `--work_dir` that might be left without a run folder. */
  readonly findsStrays?: boolean;
  /** Called when a container has ended and is forgotten. */
  readonly destroyed?: ((spec: ContainerSpec) => void) | undefined;
  /** The cgroup of all containers, `--cgroups_root`. */
  readonly cgroupsRoot: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export class MesosContainerizer implements Containerizer {
  private readonly containers = new Map<string, LiveContainer>();
  /** The ids of the containers nested in one, by its id. */
  private readonly nested = new Map<string, Set<string>>();

  private readonly launches: LaunchQueue;
  /** The number of containers of which something is left. */
  private destroyErrors = 0;

  constructor(private readonly options: ContainerizerOptions) {
    this.launches = new LaunchQueue(options.launchesMax ?? LAUNCHES_PER_CORE * availableParallelism());
    makeFolder(options.runtimeDir);
  }

  async launch(wanted: ContainerSpec): Promise<Container> {
    const { containerId, parent } = wanted;
    const around = parent === undefined ? undefined : this.containers.get(parent);
    if (parent !== undefined && !around) throw new Error(`Parent container '${parent}' does not exist`);
    const ofUser = this.options.switchUser === false ? { ...wanted, user: undefined } : wanted;
    const spec = around && wanted.isSession ? sessionIn(around, ofUser) : ofUser;
    const run = this.runOf(spec);
    await makeRunFolder(run.folder, spec);
    const container = this.add(run, { mode: 'launch' });
    void this.launches.run(() => {
      container.begin();
      // Others do not wait for a server that takes its time.
      return Promise.race([container.launched, container.waits]);
    });
    try {
      await container.launched;
      return container;
    } catch (error) {
      this.forget(containerId);
      throw error;
    }
  }

  async update(containerId: string, change: ResourceChange): Promise<void> {
    const container = this.containers.get(containerId);
    if (!container) throw new Error(`Unknown container '${containerId}'`);
    await container.update(change);
  }

  async wait(containerId: string): Promise<Termination | undefined> {
    return await this.containers.get(containerId)?.ended;
  }

  async destroy(containerId: string): Promise<Termination | undefined> {
    const container = this.containers.get(containerId);
    if (!container) return undefined;
    const termination = await container.destroy();
    // What cannot be removed now is removed at the next start.
    await removeRunFolder(container.folder).catch((error: unknown) =>
      this.options.log.warn({ container: containerId, error: errorText(error) }, 'a run folder stays'),
    );
    for (const id of [...this.below(containerId), containerId]) this.forget(id);
    this.options.destroyed?.(container.spec);
    return termination;
  }

  /** All containers that were not destroyed yet, such as for statistics. */
  all(): readonly Container[] {
    return [...this.containers.values()];
  }

  /** In the original's names. */
  metrics(): Record<string, number> {
    const all = {
      'containerizer/mesos/container_destroy_errors': this.destroyErrors,
    };
    if (!this.options.provisioner) return all;
    const containers = [...this.containers.values()].map(({ spec }) => spec);
    const withImages = containers.filter(
      ({ parent, container }) => parent === undefined && container?.mesos?.image,
    );
    return { ...all, 'containerizer/mesos/filesystem/containers_new_rootfs': withImages.length };
  }

  get(containerId: string): Container | undefined {
    return this.containers.get(containerId);
  }

  async recover(wanted: readonly string[]): Promise<readonly Container[]> {
    const rebooted = isRebooted(this.options.runtimeDir);
    const ids = containerIds(this.options.runtimeDir);
    const keep = new Set(wanted);
    // Parents are in the table before their children, so that they find them. Those of a level do not wait for each other:
    // a holder that was stopped while it started its program is waited for.
    for (const level of byDepth(ids)) await Promise.all(level.map((id) => this.take(id, rebooted)));
    if (this.options.findsStrays !== false) await this.endStrays(ids);
    for (const id of ids) if (this.isOfStandalone(id)) keep.add(id);
    const orphans = ids.filter((id) => this.isSession(id) || !keep.has(id) || this.isInOrphan(id, keep));
    await Promise.all(orphans.map((id) => this.destroy(id)));
    return ids.flatMap((id) => this.containers.get(id) ?? []);
  }

  /**
   * Ends containers that have processes or images and no run folder, and removes what isolators and the provisioner have
   * made for them.
   */
  private async endStrays(ids: readonly string[]): Promise<void> {
    const { workDir, provisioner, log } = this.options;
    const strays = new Set(await killStrays(workDir, new Set(ids)));
    const withImages = provisioner?.unknown() ?? [];
    for (const id of withImages.flatMap(idsAround)) if (!this.containers.has(id)) strays.add(id);
    for (const id of byDepth([...strays]).flat()) {
      const run = this.runOf(unknownSpec(id));
      // Programs in images do not have the path of their sandbox in their environment.
      const killed = await killInCgroup(run.cgroup);
      log.warn({ container: id, killed }, 'a container without a run folder is ended');
      this.add(run, { mode: 'clean', termination: END_UNKNOWN }).begin();
    }
    for (const id of strays) await this.destroy(id);
  }

  /** True for a container that was launched without an executor, and for those nested in it. */
  private isOfStandalone(id: string): boolean {
    return this.containers.get(id.split('.')[0] ?? id)?.spec.isStandalone === true;
  }

  private isSession(id: string): boolean {
    return this.containers.get(id)?.spec.isSession === true;
  }

  /** True when one of the containers around it is not wanted. */
  private isInOrphan(id: string, keep: ReadonlySet<string>): boolean {
    return idsAround(id).some((around) => !keep.has(around));
  }

  /** Takes a container of an earlier run into the table, and adopts it when its program was started. */
  private async take(containerId: string, rebooted: boolean): Promise<void> {
    const folder = runFolder(this.options.runtimeDir, containerId);
    const record = readRecord(folder, 'spec');
    const spec = record?.containerId === containerId ? record : undefined;
    const run = this.runOf(spec ?? unknownSpec(containerId));
    const termination = readRecord(folder, 'termination');
    if (termination) return this.add(run, { mode: 'ended', termination }).begin();
    // Pids of before a reboot are others' by now.
    if (rebooted) await removeHolders(folder);
    for (const isolator of this.options.isolators) {
      // What it cannot take over it can still clean up.
      await isolator.recover?.(run).catch((error: unknown) => this.warnRecovery(isolator, run, error));
    }
    const program = spec && !rebooted ? await this.adopt(run) : undefined;
    if (program) this.add(run, { mode: 'adopt' }).begin(program);
    else this.add(run, { mode: 'clean', termination: rebooted ? REBOOTED : this.endOf(run) }).begin();
  }

  /** The end of a container that cannot be adopted. */
  private endOf(run: ContainerRun): Termination {
    return this.launcherOf(run).mayHaveRun(run) ? END_UNKNOWN : NEVER_RAN;
  }

  /** A container that cannot be adopted is cleaned up, and keeps no other from going on. */
  private async adopt(run: ContainerRun): Promise<StartedProgram | undefined> {
    return await this.launcherOf(run)
      .adopt(run)
      .catch((error: unknown) => {
        const fields = { container: run.spec.containerId, error: errorText(error) };
        this.options.log.error(fields, 'a container cannot be adopted');
        return undefined;
      });
  }

  private warnRecovery({ name }: Isolator, { spec }: ContainerRun, error: unknown): void {
    const fields = { isolator: name, container: spec.containerId, error: errorText(error) };
    this.options.log.warn(fields, 'an isolator could not take a container over');
  }

  private add(run: ContainerRun, boot: ContainerBoot): LiveContainer {
    const { isolators, provisioner, workDir, fetching, clock, log } = this.options;
    const container = new LiveContainer(run, boot, {
      // A session has the isolation of the container around it.
      isolators: run.spec.isSession ? isolators.filter(({ isOfSessions }) => isOfSessions) : isolators,
      provisioner,
      workDir,
      fetching,
      clock,
      log,
      launcherFor: (changes) => this.launcherFor(changes, run),
      launcherOf: (started) => this.launcherOf(started),
      nestedPids: (id) => this.nestedPids(id),
      destroyNested: (id) => this.destroyNested(id),
      destroyFailed: () => {
        this.destroyErrors += 1;
      },
    });
    const { containerId, parent } = run.spec;
    this.containers.set(containerId, container);
    if (parent !== undefined)
      this.nested.set(parent, (this.nested.get(parent) ?? new Set()).add(containerId));
    return container;
  }

  private forget(containerId: string): void {
    const parent = this.containers.get(containerId)?.spec.parent ?? '';
    const siblings = this.nested.get(parent);
    siblings?.delete(containerId);
    if (siblings?.size === 0) this.nested.delete(parent);
    this.containers.delete(containerId);
  }

  /** The ids of all containers nested in one, at any depth. */
  private below(containerId: string): string[] {
    return [...(this.nested.get(containerId) ?? [])].flatMap((id) => [id, ...this.below(id)]);
  }

  private runOf(spec: ContainerSpec): ContainerRun {
    const { runtimeDir, cgroupsRoot } = this.options;
    const parent = spec.parent === undefined ? undefined : this.containers.get(spec.parent)?.run;
    const around = parent?.cgroup ?? `/${cgroupsRoot}`;
    const name = spec.containerId.split('.').at(-1) ?? '';
    const folder = runFolder(runtimeDir, spec.containerId);
    return { spec, parent, folder, cgroup: `${around}/${name}` };
  }

  private nestedPids(containerId: string): readonly number[] {
    return this.below(containerId).flatMap((id) => this.containers.get(id)?.pids() ?? []);
  }

  private async destroyNested(parent: string): Promise<void> {
    const nested = [...(this.nested.get(parent) ?? [])];
    await Promise.all(nested.flatMap((id) => this.containers.get(id)?.destroy() ?? []));
  }

  /** A runtime is started as soon as an isolator, or what a container asks of one, needs it. */
  private launcherFor(changes: readonly Changes[], run: ContainerRun): ProgramLauncher {
    const { isolators, posix, runtime } = this.options;
    if (run.spec.isSession) return this.launcherOf(run);
    const needsRuntime =
      isolators.some((isolator) => isolator.needsRuntime) ||
      changes.some(
        ({ specification, mounts = [], imageMounts = [] }) =>
          specification !== undefined || mounts.length + imageMounts.length > 0,
      );
    if (!needsRuntime) return posix;
    if (!runtime) throw new Error('The container needs an OCI runtime, which is not there');
    return runtime;
  }

  /** The runtime has started what has a file for it. */
  private launcherOf({ spec, folder, parent }: ContainerRun): ProgramLauncher {
    const { posix, runtime } = this.options;
    if (spec.isSession && parent) return sessionLauncher(this.launcherOf(parent));
    return runtime !== undefined && existsSync(`${folder}/config.json`) ? runtime : posix;
  }
}

/** A session with the environment of the container around it, and its user unless it has one of its own. */
function sessionIn(around: LiveContainer, spec: ContainerSpec): ContainerSpec {
  const environment = { ...around.environment, ...spec.environment };
  return { ...spec, environment, user: spec.user ?? around.spec.user };
}

/** The ids of containers that are nested in no other, then of those nested in these, and so on. */
function byDepth(ids: readonly string[]): readonly (readonly string[])[] {
  const depthOf = (id: string): number => id.split('.').length;
  const depths = [...new Set(ids.map(depthOf))].toSorted((a, b) => a - b);
  return depths.map((depth) => ids.filter((id) => depthOf(id) === depth));
}

/** The id of a container, and of all containers around it, the outermost first. */
function idsAround(id: string): readonly string[] {
  const names = id.split('.');
  return names.map((_name, index) => names.slice(0, index + 1).join('.'));
}

/** The ends of containers that cannot be adopted. */
const NEVER_RAN: Termination = {
  status: undefined,
  state: 'TASK_FAILED',
  reason: 'REASON_CONTAINER_LAUNCH_FAILED',
  message: 'The agent was restarted while it launched the container',
  neverRan: true,
};
const END_UNKNOWN: Termination = {
  status: undefined,
  state: 'TASK_FAILED',
  reason: 'REASON_EXECUTOR_TERMINATED',
  message: 'The container ran before the agent was restarted, and how it ended is not known',
};
const REBOOTED: Termination = { status: undefined, message: 'The machine of the agent was restarted' };

/** A container whose file is damaged: all that is known is its id, by which it is cleaned up. */
function unknownSpec(containerId: string): ContainerSpec {
  const parent = containerId.split('.').slice(0, -1).join('.');
  return {
    containerId,
    parent: parent === '' ? undefined : parent,
    frameworkId: '',
    executorId: '',
    directory: '/nonexistent',
    user: undefined,
    command: undefined,
    environment: {},
    container: undefined,
    resources: [],
    limits: {},
  };
}
