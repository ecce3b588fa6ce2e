/**
 * One container with its machine: performs the steps that the machine orders, and posts what comes of them.
 *
 * Always true: it is in the containerizer's table from before its first step until its end was told and forgotten.
 */

import type { CommandInfo, ContainerStatus, ResourceStatistics } from '../../api/generated/mesos';
import { present } from '../../model/assert';
import { errorText } from '../../model/error-text';
import type { ExitStatus } from '../../model/exit-status';
import type { Clock } from '../../runtime/clock';
import { endOrLost } from '../../runtime/end-or-lost';
import type { Logger } from '../../runtime/log';
import { Mailbox, type Performers } from '../../runtime/mailbox';
import type { ContainerSpec, Limitation, Termination } from '../core/state/container-spec';
import { ContainerIo, NO_IO } from './container-io';
import { KILL_PAUSE_MS, KILLS_MAX } from './core/end';
import type { ContainerBoot, ContainerEffect, ContainerEvent, Step } from './core/events';
import type { ContainerState } from './core/state';
import { containerMachine } from './core/step';
import type { Fetcher } from './fetcher/fetcher';
import { holderFolder, killInSandbox } from './held';
import type { Provisioner } from './images/provisioner';
import { checkRefusals, cleanUp, mergedEnvironment, prepareAll } from './isolate';
import type { Changes, ContainerRun, Isolator } from './isolators/isolator';
import type { OutputFiles } from './output';
import type { Container, ExecCommand, ResourceChange, RunningCommand } from './port';
import type { LaunchPlan, ProgramLauncher, StartedProgram } from './program-launcher';
import {
  isFetching,
  markFetching,
  readRecord,
  removeRunFolder,
  unmarkFetching,
  writeRecord,
} from './run-folder';
import { makeSandbox } from './sandbox';
import { terminalOf } from './terminal';
import { containerStatus, containerUsage } from './usage';

/** The parts that fetch URIs for containers. */
export interface Fetching {
  readonly fetcher: Pick<Fetcher, 'fetch'>;
  /** The output of containers, as their launchers have it. */
  readonly output: OutputFiles;
}

export interface LiveContainerDeps {
  readonly isolators: readonly Isolator[];
  /** The launcher of a container that its isolators have changed in this way. */
  readonly launcherFor: (changes: readonly Changes[]) => ProgramLauncher;
  /** The launcher that has started the container of a run folder. */
  readonly launcherOf: (run: ContainerRun) => ProgramLauncher;
  /** Makes file systems of images; undefined where no container has one. */
  readonly provisioner?: Provisioner | undefined;
  readonly workDir: string;
  /** Undefined for a containerizer that cannot fetch. */
  readonly fetching?: Fetching | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The processes of the containers nested in this one. */
  readonly nestedPids: (containerId: string) => readonly number[];
  /** Ends the containers nested in this one. */
  readonly destroyNested: (containerId: string) => Promise<void>;
  /** Called at the end of a container of which something is left. */
  readonly destroyFailed?: () => void;
}

export class LiveContainer implements Container {
  /** Resolves when the program runs; rejects with the reason when it will not. */
  readonly launched: Promise<void>;
  readonly ended: Promise<Termination>;
  /** Resolves when its launch waits for a server, which may take long: an image, or what it fetches. */
  readonly waits: Promise<void>;
  private program: StartedProgram | undefined;
  /** Undefined for a program that is lost. */
  private programEnd: Promise<ExitStatus | undefined> | undefined;
  private changes: readonly Changes[] = [];
  private launcher: ProgramLauncher | undefined;
  private createdPid: number | undefined;
  /** Gives up the fetch that is under way. */
  private fetch: AbortController | undefined;
  /** The last step that was begun. */
  private step: Promise<void> = Promise.resolve();
  private isBroken = false;
  /** Aborted once it is to end: no image is waited for then. */
  private readonly unwanted = new AbortController();
  /** True once its end is being told. */
  private isEnding = false;
  private readonly mailbox: Mailbox<ContainerState, ContainerEvent, ContainerEffect, ContainerBoot>;
  private io: Promise<ContainerIo> | undefined;
  private tellWaits: () => void = () => undefined;
  private tellLaunched: () => void = () => undefined;
  private tellFailed: (error: Error) => void = () => undefined;
  private tellEnded: (termination: Termination) => void = () => undefined;

  /** The end of one of an earlier run that was not adopted. */
  private readonly termination: Termination | undefined;

  constructor(
    public run: ContainerRun,
    boot: ContainerBoot,
    private readonly deps: LiveContainerDeps,
  ) {
    this.launched = new Promise((resolve, reject) => {
      this.tellLaunched = resolve;
      this.tellFailed = reject;
    });
    // Nobody may wait for it, such as of an adopted one.
    this.launched.catch(() => undefined);
    this.waits = new Promise((resolve) => {
      this.tellWaits = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.tellEnded = resolve;
    });
    this.termination = 'termination' in boot ? boot.termination : undefined;
    const { clock, log } = deps;
    this.mailbox = new Mailbox({
      machine: containerMachine,
      boot,
      clock,
      log: log.child({ container: run.spec.containerId }),
      perform: this.performers(),
      onBroken: (error) => void this.endBroken(error),
    });
  }

  get id(): string {
    return this.run.spec.containerId;
  }

  get spec(): ContainerSpec {
    return this.run.spec;
  }

  get folder(): string {
    return this.run.folder;
  }

  get neverRan(): boolean {
    return this.termination?.neverRan === true;
  }

  get pid(): number | undefined {
    return this.isOver ? undefined : this.program?.pid;
  }

  private get isOver(): boolean {
    return this.isBroken || this.mailbox.state.exited || this.mailbox.state.phase === 'destroyed';
  }

  /** Begins with its program, when it has one already. */
  begin(program?: StartedProgram): void {
    if (program) this.watchProgram(program);
    this.mailbox.post({ kind: 'begin' });
    const limitation = readRecord(this.folder, 'limitation');
    if (limitation) this.mailbox.post({ kind: 'limited', limitation });
  }

  destroy(): Promise<Termination> {
    this.unwanted.abort(new Error('the container is destroyed'));
    this.mailbox.post({ kind: 'destroy' });
    return this.ended;
  }

  /** Sends a signal to all processes of the container; one that has ended gets none. */
  signal(signal: NodeJS.Signals): Promise<void> {
    if (!this.isOver) this.program?.signal(signal);
    return Promise.resolve();
  }

  exec(command: ExecCommand): Promise<RunningCommand> {
    if (this.isOver || !this.program) return Promise.reject(new Error('the container does not run'));
    return this.ownLauncher().exec({ run: this.run, environment: this.environment }, command);
  }

  /** The whole environment of its program. */
  get environment(): ContainerSpec['environment'] {
    return readRecord(this.folder, 'environment') ?? this.spec.environment;
  }

  /** All who are attached share one connection, which goes with the last of them. */
  async attach(): Promise<ContainerIo> {
    const hasIo = this.spec.isSession || terminalOf(this.spec) !== undefined;
    if (!hasIo || this.isOver || !this.program) throw new Error(NO_IO);
    this.io ??= ContainerIo.connect(holderFolder(this.folder), () => {
      this.io = undefined;
    }).catch((error: unknown) => {
      this.io = undefined;
      throw new Error(`${NO_IO}: ${errorText(error)}`);
    });
    return await this.io;
  }

  async usage(): Promise<ResourceStatistics> {
    const pids = [...this.pids(), ...this.deps.nestedPids(this.id)];
    return await containerUsage(this.deps.isolators, this.run, { pids, now: this.deps.clock.now() });
  }

  /** All processes of the container but those of nested ones. */
  pids(): readonly number[] {
    return this.isOver ? [] : (this.program?.pids() ?? []);
  }

  /** Its pid is told as long as the container is there, also when a short program has ended meanwhile. */
  async status(): Promise<ContainerStatus> {
    return await containerStatus(this.deps.isolators, this.run, this.program?.pid || undefined);
  }

  async inspection(): Promise<string | undefined> {
    return await this.ownLauncher().inspection?.(this.run);
  }

  async update(change: ResourceChange): Promise<void> {
    this.run = { ...this.run, spec: { ...this.spec, ...change } };
    writeRecord(this.folder, 'spec', this.spec);
    for (const isolator of this.deps.isolators) await isolator.update?.(this.run, change);
  }

  private performers(): Performers<ContainerEffect> {
    const step = (name: Step, perform: () => Promise<unknown>) => () =>
      this.begun(this.answer(name, perform));
    return {
      provision: step('provision', () => this.provision()),
      prepare: step('prepare', () => this.prepare()),
      create: step('create', () => this.create()),
      isolate: step('isolate', () => this.isolate()),
      fetch: step('fetch', () => this.fetchAll()),
      start: step('start', () => this.start()),
      inspect: () => this.begun(this.inspect()),
      kill: step('kill', () => this.kill()),
      cleanup: step('cleanup', () => cleanUp(this.deps.isolators, this.run)),
      deprovision: step('deprovision', () => this.deprovision()),
      interrupt: () => (this.fetch ? this.fetch.abort() : this.ownLauncher().interrupt(this.run)),
      watch: () => this.watch(),
      launched: () => this.tellLaunched(),
      ended: ({ termination }) => void this.end(termination),
    };
  }

  private begun(step: Promise<void>): void {
    this.step = step;
  }

  private async answer(step: Step, perform: () => Promise<unknown>): Promise<void> {
    try {
      await perform();
      this.mailbox.post({ kind: 'done', step });
    } catch (error) {
      this.mailbox.post({ kind: 'failed', step, reason: errorText(error) });
    }
  }

  /** The sandbox, and the file system of its image. */
  private async provision(): Promise<void> {
    const { workDir, isolators, provisioner } = this.deps;
    const { directory, user, parent, container } = this.spec;
    await makeSandbox({ workDir, directory, user, isNested: parent !== undefined });
    checkRefusals(isolators, this.spec);
    const wanted = container?.mesos?.image;
    if (wanted === undefined || !provisioner) return;
    this.tellWaits();
    const image = await provisioner.provisionRoot(this.spec, wanted, this.unwanted.signal);
    this.run = { ...this.run, image };
  }

  private async deprovision(): Promise<void> {
    await this.deps.provisioner?.deprovision(this.id);
  }

  private async prepare(): Promise<void> {
    const { isolators, launcherFor } = this.deps;
    if (isolators.some((isolator) => isolator.waitsFor?.(this.spec))) this.tellWaits();
    this.changes = await prepareAll(isolators, this.run, this.unwanted.signal);
    this.launcher = launcherFor(this.changes);
  }

  private plan(): LaunchPlan {
    const { spec, folder } = this.run;
    const environment = mergedEnvironment(spec, this.changes);
    if (environment !== spec.environment) writeRecord(folder, 'environment', environment);
    const isolates = this.deps.isolators.some((isolator) => isolator.isolate);
    return { run: this.run, environment, changes: this.changes, isolates };
  }

  /** The fetcher writes into the output before the program does. */
  private async create(): Promise<void> {
    if (this.uris.length > 0) {
      markFetching(this.folder);
      await this.deps.fetching?.output.keep(this.spec, this.run.image);
    }
    this.createdPid = await this.ownLauncher().create(this.plan());
  }

  private async isolate(): Promise<void> {
    if (this.createdPid === undefined) return;
    for (const isolator of this.deps.isolators) await isolator.isolate?.(this.run, this.createdPid);
  }

  private get uris(): readonly CommandInfo.URI[] {
    return this.spec.command?.uris ?? [];
  }

  private async fetchUris(): Promise<void> {
    const { fetching } = this.deps;
    if (this.uris.length > 0) this.tellWaits();
    if (!fetching) {
      if (this.uris.length > 0) throw new Error('Fetching URIs is not supported by this containerizer');
      return;
    }
    const { containerId, directory } = this.spec;
    const { image } = this.run;
    // A cache of its own for a user that the host does not have.
    const user = image?.identity ? String(image.identity.uid) : this.spec.user;
    const order = { containerId, uris: this.uris, directory, user, image };
    this.fetch = new AbortController();
    try {
      await fetching.fetcher.fetch(order, fetching.output.keptOf(this.spec), this.fetch.signal);
    } finally {
      this.fetch = undefined;
    }
  }

  /** The URIs first: among them may be credentials for the image. */
  private async fetchAll(): Promise<void> {
    await this.fetchUris();
    const launcher = this.ownLauncher();
    if (!launcher.pull) return;
    this.tellWaits();
    await launcher.pull(this.run);
  }

  private async start(): Promise<void> {
    if (this.uris.length > 0) unmarkFetching(this.folder);
    this.watchProgram(await this.ownLauncher().start(this.plan()));
    this.deps.fetching?.output.release(this.spec);
  }

  private watchProgram(program: StartedProgram): void {
    this.program = program;
    this.programEnd = endOrLost(program.ended, this.deps.log, { container: this.id });
    void this.programEnd.then((status) => this.mailbox.post({ kind: 'exited', status }));
  }

  private watch(): void {
    const limited = (limitation: Limitation): void => this.mailbox.post({ kind: 'limited', limitation });
    for (const isolator of this.deps.isolators) {
      try {
        isolator.watch?.(this.run, limited);
      } catch (error) {
        this.warn(error, `the isolator ${isolator.name} cannot watch a container`);
      }
    }
  }

  private async inspect(): Promise<void> {
    try {
      for (const isolator of this.deps.isolators) {
        const limitation = await isolator.limitation?.(this.run);
        if (limitation) return this.mailbox.post({ kind: 'done', step: 'inspect', limitation });
      }
      this.mailbox.post({ kind: 'done', step: 'inspect' });
    } catch (error) {
      this.mailbox.post({ kind: 'failed', step: 'inspect', reason: errorText(error) });
    }
  }

  private async kill(): Promise<void> {
    const { limitation } = this.mailbox.state;
    if (limitation) this.keepLimitation(limitation);
    await this.deps.destroyNested(this.id);
    this.deps.fetching?.output.release(this.spec);
    // The fetch of an agent that was killed ends by itself, unless somebody has stopped it.
    if (isFetching(this.folder)) await killInSandbox(this.spec.directory);
    await this.ownLauncher().destroy(this.run);
    // The status is there when its end is told.
    if (this.program && this.program.pid !== undefined) {
      const status = await this.programEnd;
      this.mailbox.post({ kind: 'exited', status });
    }
  }

  /** A full disk keeps nothing alive. */
  private keepLimitation(limitation: Limitation): void {
    try {
      writeRecord(this.folder, 'limitation', limitation);
    } catch (error) {
      this.warn(error, 'a limit that was hit could not be kept; a restart of the agent may not know it');
    }
  }

  /**
   * Ends a container whose machine broke, as nothing else would. A step that is under way is waited for: it may be about to
   * start the program.
   */
  private async endBroken(error: Error): Promise<void> {
    const { isolators, log } = this.deps;
    log.error(
      { container: this.id, error: errorText(error) },
      'the machine of a container broke; it is killed',
    );
    if (this.isEnding) return;
    this.isBroken = true;
    await this.step;
    const status = await this.killBroken();
    await cleanUp(isolators, this.run)
      .then(() => this.deprovision())
      .catch((reason: unknown) =>
        this.warn(reason, 'a container whose machine broke could not be cleaned up'),
      );
    const message = `The machine of the container broke: ${errorText(error)}`;
    await this.end({ status, state: 'TASK_FAILED', message });
  }

  /** Kills as often as the machine would. The status of the program, if one can be told. */
  private async killBroken(): Promise<ExitStatus | undefined> {
    for (let kills = 1; kills <= KILLS_MAX; kills++) {
      try {
        await this.kill();
        return this.program?.pid === undefined ? undefined : await this.programEnd;
      } catch (error) {
        this.warn(error, 'a container whose machine broke could not be killed');
        if (kills < KILLS_MAX) await this.pause(KILL_PAUSE_MS);
      }
    }
    return undefined;
  }

  private pause(ms: number): Promise<void> {
    const { clock } = this.deps;
    return new Promise((resolve) => void clock.wakeAt(clock.now() + ms, resolve));
  }

  private warn(error: unknown, text: string): void {
    this.deps.log.warn({ container: this.id, error: errorText(error) }, text);
  }

  private ownLauncher(): ProgramLauncher {
    this.launcher ??= this.deps.launcherOf(this.run);
    return present(this.launcher, 'a container has a launcher');
  }

  /** Tells the end. What never ran leaves nothing; all else leaves its folder, in which its end is kept. */
  private async end(termination: Termination): Promise<void> {
    const { started, boot, leftovers } = this.mailbox.state;
    this.isEnding = true;
    if (leftovers.length > 0) this.deps.destroyFailed?.();
    await this.mailbox.stop();
    try {
      if (boot.mode === 'launch' && !started) await removeRunFolder(this.folder);
      else if (boot.mode !== 'ended') writeRecord(this.folder, 'termination', termination);
    } catch (error) {
      this.warn(error, 'the end of a container could not be kept; a restart of the agent may not know it');
    }
    this.tellFailed(new Error(termination.message));
    this.tellEnded(termination);
  }
}
