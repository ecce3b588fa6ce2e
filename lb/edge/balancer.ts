/**
 * Brings the apps into the running HAProxy: resolve, build, render, decide, then commands, or check and reload.
 * `core/reload/reload-policy.ts` decides the time of a reload.
 *
 * Always true: whatever cannot be served is an issue, and the running configuration stays until another one is loaded.
 * The file on disk follows the running configuration. Servers change at once, even while a change of structure waits for
 * the worker of an earlier reload, for the disk, or for a configuration that HAProxy accepts.
 */

import { createHash } from 'node:crypto';
import { errorText } from '../../cluster/model/error-text';
import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { createAppStore } from '../core/apps/app-store';
import { type App, rememberAlive } from '../core/apps/apps';
import { type Issue, printIssue } from '../core/issues/issues';
import { appOfRefusal } from '../core/issues/refusals';
import { buildModel, changedApps, createModelBuilder, type Model } from '../core/model/model';
import {
  type AdoptedConfig,
  changesBeforeReload,
  readBinds,
  readRunningServers,
  runningFiles,
  structureOf,
} from '../core/reload/adoption';
import { type Capabilities, type Command, decide, sameStructure } from '../core/reload/decide-reload';
import { keepStructure, retiredServices, withoutServices } from '../core/reload/keep-structure';
import { serverPath } from '../core/reload/print-command';
import { isRefusedLately, RETRY_MS, type ReloadState } from '../core/reload/reload-policy';
import type { ConfigFiles, Renderer } from '../core/render/render';
import {
  type Bind,
  type BuildContext,
  bindsCollide,
  emptyContext,
  type ModelOptions,
} from '../core/services/options';
import { findUnbindable } from './bind-check';
import { ConfigErrors, listenersNamed } from './config-errors';
import type { Handover, LoadedConfig } from './handover';
import type { Haproxy, Outcome, Worker } from './haproxy';
import type { LbMachine, ReloadPerformers } from './machine';
import type { Resolver } from './resolver';
import type { RuntimeApi } from './runtime-api';

/** Time for which an unchanged app that HAProxy refused is left out without another check. */
const REFUSED_MS = 60_000;
const WEIGHTS_MAX = 10_000;

export interface BalancerOptions {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Haproxy;
  readonly runtime: RuntimeApi;
  readonly capabilities: Capabilities;
  /** Version of the haproxy program. */
  readonly version: string;
  readonly handover: Handover;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Logger;
  readonly skipValidation: boolean;
  /** The apps at fault for a refused configuration are found and left out. */
  readonly cleanUp: boolean;
  /** Called before a worker is replaced. */
  readonly workerEnds?: () => Promise<void>;
  /** Decides when a change of structure is reloaded. */
  readonly machine: LbMachine;
}

/** Result of an attempt without a reload: done, nothing to do, a reload is needed, or a command failed. */
type ApplyResult = 'served' | 'same' | 'structure' | 'failed';

type ReloadAnswer = 'reload' | 'put-off';

interface RememberedRefusal {
  readonly app: App;
  readonly why: string;
  readonly at: number;
}

/** With more changed apps than this the whole configuration is checked. */
const CHECKED_ALONE_MAX = 50;

interface UncheckedConfig {
  readonly model: Model;
  readonly files: ConfigFiles;
}
interface CheckedConfig extends UncheckedConfig {
  readonly outcome: Outcome;
}

export class Balancer {
  private readonly build: (apps: readonly App[], context: BuildContext) => Model;
  private readonly store = createAppStore();
  private readonly configErrors: ConfigErrors;
  private running: ConfigFiles;
  private runningBinds = new Set<string>();
  private bindsByPort: { of: ReadonlySet<string>; byPort: Map<number, Bind[]> } | undefined;
  private aliveByTask: ReadonlyMap<string, boolean> = new Map();
  private readonly healthSeen = new WeakSet<App>();
  private unbindable: ReadonlyMap<string, string> = new Map();
  private lastIssues: readonly Issue[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private refusals = new Map<string, RememberedRefusal>();
  /** The refresh that waits for the answer to `structure.differs`. */
  private asking: { resolve(answer: ReloadAnswer): void; reject(error: unknown): void } | undefined;
  private restartsSeen = 0;
  private stopped = false;
  private drainedTasks: { version: number; tasks: ReadonlySet<string> } = { version: -1, tasks: new Set() };
  /** Hash of the structure that an adopted HAProxy has loaded, until it serves the apps as read; '' when not known. */
  private adoptedStructure: string | undefined;
  /** True when the file on disk is older than the running configuration, because it could not be written. */
  private stale = false;
  /** The model that is served now. */
  model: Model;
  /** Weights set over the API; each change makes a new object. */
  weights: ReadonlyMap<string, number>;
  reloads = 0;
  reloadFailures = 0;
  commands = 0;
  /** Duration of the last change, from the apps' JSON to serving it. */
  lastChangeMs = 0;
  lastReason = '';

  constructor(private readonly parts: BalancerOptions) {
    this.build = createModelBuilder(parts.options);
    this.model = this.build([], emptyContext);
    this.running = parts.render(this.model);
    this.configErrors = new ConfigErrors(parts);
    parts.machine.performBy(this.performers());
    parts.machine.onBroken((error) => this.asking?.reject(error));
    this.weights = parts.handover.weights;
  }

  /** Takes the files on disk, which an earlier run wrote, as the running ones. `adopted`: HAProxy is of that run, too. */
  async adopt(adopted: boolean): Promise<void> {
    const { haproxy, handover, options } = this.parts;
    this.running = haproxy.filesOnDisk(options.mapFolder !== undefined);
    const worker = await haproxy.worker();
    const same = adopted && worker !== undefined && isSameWorker(handover.loaded, worker);
    const current = same && worker.version === this.parts.version;
    this.adoptedStructure = current ? (handover.loaded?.structure ?? '') : '';
    this.runningBinds = new Set([...(handover.loaded?.binds ?? []), ...readBinds(this.running.config)]);
  }

  /** True when the running HAProxy listens on an address or one that collides with it, which a reload may take over. */
  listensOn(place: Bind): boolean {
    if (this.bindsByPort?.of !== this.runningBinds) {
      const byPort = new Map<number, Bind[]>();
      for (const text of this.runningBinds) {
        const [, address = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
        const list = byPort.get(Number(port)) ?? [];
        byPort.set(Number(port), [...list, { address, port: Number(port) }]);
      }
      this.bindsByPort = { of: this.runningBinds, byPort };
    }
    return this.bindsByPort.byPort.get(place.port)?.some((bind) => bindsCollide(place, bind)) ?? false;
  }

  /** True while HAProxy serves the configuration of an earlier run. */
  get adopting(): boolean {
    return this.adoptedStructure !== undefined;
  }

  /** Ends all retries. */
  stop(): void {
    this.stopped = true;
    this.asking?.resolve('put-off');
  }

  /** The configuration that HAProxy has loaded. */
  get config(): string {
    return this.running.config;
  }

  get files(): ConfigFiles {
    return this.running;
  }

  get issues(): readonly Issue[] {
    return this.lastIssues;
  }

  /** The reason why HAProxy still has an older configuration; undefined when it has the wanted one. */
  get refusal(): string | undefined {
    return this.reloadState.refused?.why;
  }

  /** Time after which the follower reads again although nothing changed; undefined for its usual interval. */
  retryAfterMs(): number | undefined {
    const again =
      this.refusal !== undefined || this.stale || this.unbindable.size > 0 || this.parts.resolver.failing;
    return again ? RETRY_MS : undefined;
  }

  /** Serves the apps of Marathon's list. Fails when it is no list of apps. */
  update(json: unknown): Promise<void> {
    const why = this.store.replaceAll(json);
    if (why !== undefined) return Promise.reject(new Error(why));
    this.parts.machine.post({ kind: 'apps.stored' });
    return this.refresh();
  }

  /** Serves Marathon's answers about single apps. Returns false when the whole list is needed. */
  async updateApps(answers: readonly { readonly id: string; readonly json: unknown }[]): Promise<boolean> {
    if (!this.hasApps) return false;
    if (!answers.every(({ id, json }) => this.store.replaceOne(id, json))) return false;
    await this.refresh();
    return true;
  }

  /** The app of a task as last read from Marathon, served or not. */
  appOfTask(task: string): string | undefined {
    const has = ({ tasks, notServing }: App): boolean =>
      tasks.some(({ id }) => id === task) || notServing.some(({ id }) => id === task);
    return this.store.apps().find(has)?.id;
  }

  /** Sets or removes the weight of an app's servers, from the next refresh on. Returns false when there are too many. */
  setWeight(app: string, weight: number | undefined): boolean {
    const rest = [...this.weights].filter(([id]) => id !== app);
    if (weight !== undefined && rest.length >= WEIGHTS_MAX) return false;
    this.weights = new Map(weight === undefined ? rest : [...rest, [app, weight]]);
    this.parts.handover.keep({ weights: [...this.weights] });
    return true;
  }

  /** True once Marathon's whole list was read. */
  private get hasApps(): boolean {
    return this.parts.machine.read(({ drains }) => drains.appsReadAt !== undefined);
  }

  /** The drained tasks; the same object while they are the same. */
  private drained(): ReadonlySet<string> {
    const { drained, version } = this.parts.machine.read(({ drains }) => drains);
    if (this.drainedTasks.version !== version)
      this.drainedTasks = { version, tasks: new Set(drained.keys()) };
    return this.drainedTasks.tasks;
  }

  /** Serves the apps as last read, with the current facts. One refresh runs at a time, and at most one waits. */
  refresh(): Promise<void> {
    if (this.queued) return this.queued;
    const next = this.turn.then(() => {
      this.queued = undefined;
      return this.serveStore();
    });
    this.queued = next;
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async serveStore(): Promise<void> {
    const began = performance.now();
    await this.noticeRestart();
    // The running configuration stays until the apps have been read.
    if (!this.hasApps) return;
    const apps = this.store.apps();
    this.aliveByTask = rememberAlive(apps, this.aliveByTask, this.healthSeen);
    const addresses = await this.parts.resolver.resolve(apps);
    const current: BuildContext = {
      ...emptyContext,
      addresses,
      aliveByTask: this.aliveByTask,
      refused: this.knownRefused(apps),
      drained: this.drained(),
      weights: this.weights,
      portOrder: this.store.portOrder(),
    };
    const { context, model } = await this.avoidUnbindable(
      apps,
      await this.configErrors.allowTemplates(apps, current),
    );
    const files = this.parts.render(model);
    await this.takeOver(files);
    const tried = await this.tryCommands(model, files);
    const done =
      tried === 'served' || (tried !== 'same' && (await this.restructure(apps, context, model, tried)));
    if (tried === 'served' || tried === 'same') this.settled();
    if (done) this.lastChangeMs = performance.now() - began;
  }

  /**
   * Asks an adopted HAProxy for its servers. With the wanted structure only servers are left to change; with another one
   * the servers change as far as possible, and a reload brings the rest.
   */
  private async takeOver(files: ConfigFiles): Promise<void> {
    if (this.adoptedStructure === undefined) return;
    const { runtime, capabilities, log } = this.parts;
    let adopted: AdoptedConfig;
    try {
      const servers = readRunningServers(await runtime.ask('show servers state'));
      adopted = { config: this.running.config, servers };
    } catch (error) {
      log.warn({ why: errorText(error) }, '`show servers state` failed; HAProxy is reloaded');
      return;
    }
    if (this.adoptedStructure !== hashOf(files)) {
      for (const commands of changesBeforeReload(files, adopted, capabilities))
        await runtime.perform(commands);
      return;
    }
    const { files: running, leaving } = runningFiles(files, adopted);
    this.running = running;
    runtime.adoptLeaving(leaving);
    this.stale = true;
  }

  /** A HAProxy that was killed has restarted with the file on disk, which may be older than what it served. */
  private async noticeRestart(): Promise<void> {
    const { haproxy, runtime } = this.parts;
    if (haproxy.restarts === this.restartsSeen) return;
    const { restarts } = haproxy;
    runtime.forget();
    const same = haproxy.startedWith === this.running.config;
    if (same) await this.keepLoaded(this.running);
    if (same || (await this.reload(this.running, 'HAProxy was started again with an older file')).ok)
      this.restartsSeen = restarts;
  }

  private knownRefused(apps: readonly App[]): ReadonlyMap<string, string> {
    const now = this.parts.clock.now();
    const current = new Map(apps.map((app) => [app.id, app]));
    for (const [key, { app, at: time }] of this.refusals)
      if (current.get(appOfRefusal(key)) !== app || now - time > REFUSED_MS) this.refusals.delete(key);
    return new Map([...this.refusals].map(([key, { why }]) => [key, why]));
  }

  private remember(refused: ReadonlyMap<string, string>, apps: readonly App[]): void {
    const now = this.parts.clock.now();
    if (refused.size === 0) return;
    const current = new Map(apps.map((app) => [app.id, app]));
    for (const [key, why] of refused) {
      const app = current.get(appOfRefusal(key));
      if (app && !this.refusals.has(key)) this.refusals.set(key, { app, why, at: now });
    }
  }

  /** Records a restarted HAProxy for the next load balancer, when it has the configuration that was served before. */
  async keepRestarted(): Promise<void> {
    const { haproxy } = this.parts;
    const { restarts, startedWith } = haproxy;
    if (restarts === this.restartsSeen || startedWith !== this.running.config) return;
    await this.keepLoaded(this.running);
    this.restartsSeen = restarts;
  }

  /** Applies the files when commands are enough, or nothing is to do. */
  private async tryCommands(model: Model, files: ConfigFiles): Promise<ApplyResult> {
    const decision = decide(this.running, files, this.parts.capabilities);
    if (decision.kind === 'reload') return 'structure';
    if (decision.kind === 'commands') {
      const outcome = await this.parts.runtime.perform(decision.commands);
      if (!outcome.ok) {
        this.parts.log.warn({ why: outcome.why }, 'HAProxy cannot change this while it runs; it is reloaded');
        return 'failed';
      }
      await this.parts.haproxy.takeOutAtOldWorkers(leaving(decision.commands));
      this.commands += decision.commands.length;
      this.lastReason = decision.reason;
      this.parts.log.debug({ reason: decision.reason }, 'HAProxy changed while it runs');
      this.stale = !this.parts.haproxy.write(files);
    } else if (this.stale) {
      this.stale = !this.parts.haproxy.write(files);
    }
    this.serve(model, files);
    return decision.kind === 'commands' ? 'served' : 'same';
  }

  /** Changes the structure: the servers first, then a reload, unless it may or must wait. */
  private async restructure(
    apps: readonly App[],
    context: BuildContext,
    model: Model,
    tried: ApplyResult,
  ): Promise<boolean> {
    let result = tried;
    if (tried === 'structure') {
      const keptModel = keepStructure(this.model, model);
      result = await this.tryCommands(keptModel, this.parts.render(keptModel));
    }
    const commandsFailed = result === 'failed';
    const retiring = !commandsFailed && this.onlyRetires(model);
    const answer = await new Promise<ReloadAnswer>((resolve, reject) => {
      if (this.stopped || this.parts.machine.isBroken) return resolve(this.stopped ? 'put-off' : 'reload');
      this.asking = { resolve, reject };
      this.parts.machine.post({ kind: 'structure.differs', retiring, commandsFailed });
    });
    this.asking = undefined;
    return answer === 'put-off' || (await this.tryReload(apps, context, !commandsFailed));
  }

  private settled(): void {
    this.parts.machine.post({ kind: 'structure.served' });
  }

  private get reloadState(): ReloadState {
    return this.parts.machine.read(({ reload }) => reload);
  }

  private performers(): ReloadPerformers {
    const { haproxy, machine } = this.parts;
    return {
      look: ({ sessions }) => {
        this.look(sessions).catch((error) => this.asking?.reject(error));
      },
      'await-worker': ({ limitMs }) => {
        const gone = (): void => machine.post({ kind: 'worker.gone' });
        haproxy.oldWorkersGone(limitMs).then(gone, gone);
      },
      reload: () => this.asking?.resolve('reload'),
      'put-off': () => this.asking?.resolve('put-off'),
      refresh: () => {
        if (this.stopped) return;
        this.refresh().catch((error: Error) =>
          this.parts.log.error({ error: error.stack ?? '' }, 'the apps as last read cannot be served'),
        );
      },
    };
  }

  /** True when a reload would only remove services that may linger. */
  private onlyRetires(model: Model): boolean {
    const { render } = this.parts;
    const { lingerMs } = this.reloadState.boot;
    const retired = lingerMs > 0 ? retiredServices(this.model, model) : new Set<string>();
    const rest = retired.size > 0 ? render(withoutServices(this.model, retired)) : undefined;
    return rest !== undefined && sameStructure(rest.blocks, render(model).blocks);
  }

  /** Old workers that still have connections, and whether a session has lasted for the linger time. */
  private async look(sessions: boolean): Promise<void> {
    const { haproxy, runtime, machine } = this.parts;
    const old = (await haproxy.oldWorkers()).length;
    const { lingerMs } = this.reloadState.boot;
    const long = sessions && old === 0 && (await runtime.hasLong(lingerMs).catch(() => false));
    machine.post({ kind: 'workers.looked', old, long });
  }

  /** Refreshes soon, after HAProxy was restarted. */
  noticeRestartSoon(): void {
    this.parts.machine.post({ kind: 'refresh.wanted' });
  }

  private async tryReload(apps: readonly App[], context: BuildContext, works: boolean): Promise<boolean> {
    const { model, files, outcome } = await this.prepare(apps, context);
    if (!outcome.ok) {
      this.reportIssues([...this.store.issues(), ...model.issues]);
      this.refuse(files, outcome.why);
      return false;
    }
    // Without the refused apps the structure may be the running one, which needs no reload.
    const tried = works ? await this.tryCommands(model, files) : 'structure';
    if (tried === 'served' || tried === 'same') {
      this.settled();
      return tried === 'served';
    }
    if (this.refusedLately(files)) return false;
    const { reason } = decide(this.running, files, { servers: false, maps: false });
    const reloaded = await this.reload(files, reason);
    if (reloaded.ok) this.serve(model, files);
    else this.leaveOutListeners(reloaded.why, model, apps);
    return reloaded.ok;
  }

  /** A worker that cannot bind a listener, which no check finds, names it: the next attempt leaves it out. */
  private leaveOutListeners(why: string, model: Model, apps: readonly App[]): void {
    const listeners = this.parts.cleanUp ? listenersNamed(why, model) : new Map<string, string>();
    this.remember(listeners, apps);
    if (listeners.size > 0) this.parts.machine.post({ kind: 'refresh.wanted' });
  }

  private serve(model: Model, files: ConfigFiles): void {
    this.model = model;
    this.running = files;
    this.adoptedStructure = undefined;
    this.runningBinds = new Set(model.frontends.flatMap(({ bind }) => bind ?? []));
    this.reportIssues([...this.store.issues(), ...model.issues]);
  }

  /** Reloads the running configuration, once the worker of an earlier reload is gone or `--reload-wait` is over. */
  async reloadAgain(reason: string): Promise<Outcome> {
    await this.parts.haproxy.oldWorkersGone(this.reloadState.boot.reloadWaitMs);
    const next = this.turn.then(() => this.reload(this.running, reason));
    this.turn = next.catch(() => undefined);
    return await next;
  }

  /** Renders and checks the configuration of these apps without loading it. */
  async preview(json: unknown): Promise<{ files: ConfigFiles; issues: readonly Issue[]; outcome: Outcome }> {
    const why = this.store.replaceAll(json);
    if (why !== undefined) throw new Error(why);
    const apps = this.store.apps();
    const addresses = await this.parts.resolver.resolve(apps);
    const context = { ...emptyContext, addresses, portOrder: this.store.portOrder() };
    const checkedWorld = await this.configErrors.allowTemplates(apps, context);
    const { model, files, outcome } = await this.prepare(apps, checkedWorld);
    return { files, issues: [...this.store.issues(), ...model.issues], outcome };
  }

  /** Tries to bind the addresses that HAProxy does not have yet; those that fail are left out of the model. */
  private async avoidUnbindable(
    apps: readonly App[],
    context: BuildContext,
  ): Promise<{ context: BuildContext; model: Model }> {
    const wanted = this.build(apps, context);
    const fresh = wanted.frontends.flatMap(({ bind, bindAddress }) =>
      bind === undefined || !bindAddress || this.runningBinds.has(bind) || this.listensOn(bindAddress)
        ? []
        : [bindAddress],
    );
    this.unbindable = fresh.length === 0 ? new Map() : await findUnbindable(fresh);
    if (this.unbindable.size === 0) return { context, model: wanted };
    for (const [address, why] of this.unbindable)
      this.parts.log.debug({ address, why }, 'an address cannot be bound; it gets no listener');
    const reduced: BuildContext = { ...context, unbindable: this.unbindable };
    return { context: reduced, model: this.build(apps, reduced) };
  }

  /** Builds, renders and checks; refused apps are left out, so that they do not stop the others. */
  private async prepare(
    apps: readonly App[],
    context: BuildContext,
  ): Promise<{ model: Model; files: ConfigFiles; outcome: Outcome }> {
    let refused = context.refused;
    for (;;) {
      const model = this.build(apps, { ...context, refused });
      const files = this.parts.render(model);
      const checked = await this.check({ model, files }, apps, { ...context, refused });
      const { outcome } = checked;
      if (outcome.ok) this.remember(refused, apps);
      if (outcome.ok || outcome.noAppAtFault || !this.parts.cleanUp) return { model, files, outcome };
      const fresh = await this.configErrors.find(outcome.why, { ...checked, apps, context, refused });
      if (fresh.size === 0) return { model, files, outcome };
      // A new object, because the builder takes an equal one for unchanged facts.
      refused = new Map([...refused, ...fresh]);
    }
  }

  /** Has HAProxy check the changed apps alone when they are few, else the whole configuration. */
  private async check(
    whole: UncheckedConfig,
    apps: readonly App[],
    context: BuildContext,
  ): Promise<CheckedConfig> {
    const { skipValidation, haproxy, options, render } = this.parts;
    const { files, model } = whole;
    if (skipValidation || files.config === this.running.config || this.refusedLately(files))
      return { ...whole, outcome: { ok: true } };
    const changed =
      this.reloads > 0 && this.refusal === undefined ? changedApps(this.model, model) : undefined;
    const some = changed && apps.filter(({ id }) => changed.has(id));
    if (!changed || some?.length !== changed.size || changed.size > CHECKED_ALONE_MAX)
      return { ...whole, outcome: await haproxy.check(files) };
    if (changed.size === 0) return { ...whole, outcome: { ok: true } };
    const part = buildModel(some, options, context);
    const partFiles = render(part);
    return { model: part, files: partFiles, outcome: await haproxy.check(partFiles) };
  }

  private async reload(files: ConfigFiles, reason: string): Promise<Outcome> {
    // The old worker's counters are read during the reload: it finishes the commands it has begun.
    const counted = this.parts.workerEnds?.();
    const outcome = await this.parts.haproxy.reload(files);
    await counted;
    if (outcome.ok) {
      this.settled();
      this.stale = false;
      this.running = files;
      await this.keepLoaded(files);
      this.reloads++;
      this.lastReason = reason;
      this.parts.runtime.forget();
      this.parts.log.info({ reason }, 'HAProxy reloaded');
    } else {
      this.refuse(files, outcome.why);
    }
    return outcome;
  }

  /** Records the loaded configuration for the next load balancer. An adopted one has no blocks, so its hash is unknown. */
  async keepLoaded(files: ConfigFiles): Promise<void> {
    const { haproxy, handover } = this.parts;
    const worker = await haproxy.worker();
    if (files.blocks.length === 0) this.adoptedStructure = '';
    if (worker === undefined || files.blocks.length === 0) return;
    const { worker: pid, since } = worker;
    handover.keep({
      loaded: { worker: pid, since, structure: hashOf(files), binds: [...readBinds(files.config)] },
    });
  }

  private refuse({ config }: ConfigFiles, why: string): void {
    this.reloadFailures++;
    this.parts.machine.post({ kind: 'config.refused', config: hashOfText(config), why });
    this.parts.log.error({ why }, 'HAProxy refuses the new configuration; the running one stays');
  }

  private refusedLately({ config }: ConfigFiles): boolean {
    const { reloadState } = this;
    if (reloadState.refused === undefined) return false;
    return isRefusedLately(reloadState, hashOfText(config), this.parts.clock.now());
  }

  private reportIssues(issues: readonly Issue[]): void {
    if (issues.length === 0 && this.lastIssues.length === 0) return;
    if (
      issues.length === this.lastIssues.length &&
      issues.every((entry, index) => entry === this.lastIssues[index])
    )
      return;
    const toldIssues = new Set(this.lastIssues.map(printIssue));
    for (const issue of issues) {
      if (!toldIssues.has(printIssue(issue))) this.parts.log.warn({ app: issue.app }, printIssue(issue));
    }
    this.lastIssues = issues;
  }
}

/** Servers that these commands remove or drain, as `backend/server`. */
function leaving(commands: readonly Command[]): string[] {
  return commands.flatMap((command) =>
    command.kind === 'remove' || (command.kind === 'drain' && command.disabled) ? [serverPath(command)] : [],
  );
}

/** Hash of the structure of a configuration. */
function hashOf(files: ConfigFiles): string {
  return hashOfText(structureOf(files));
}

function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isSameWorker(loaded: LoadedConfig | undefined, { worker, since }: Worker): boolean {
  return loaded?.worker === worker && loaded.since === since;
}
