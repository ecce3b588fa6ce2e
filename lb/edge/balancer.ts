/**
 * Brings the apps into the running HAProxy: asks the machine for refreshes and reloads, performs their steps, and shows
 * what is served. `core/refresh/steps.ts` decides.
 *
 * Always true: each call becomes one request of the machine and is answered once.
 */

import type { Logger } from '../../cluster/runtime/log';
import type { Issue } from '../core/issues/issues';
import type { Model } from '../core/model/model';
import type { Outcome, RefreshEffect, RefreshState } from '../core/refresh/refresh';
import type { Capabilities } from '../core/reload/decide-reload';
import { RETRY_MS } from '../core/reload/reload-policy';
import type { ConfigFiles, Renderer } from '../core/render/render';
import type { Bind, ModelOptions } from '../core/services/options';
import { Configurations } from './configurations';
import type { Handover, LoadedConfig } from './handover';
import type { Haproxy, Worker } from './haproxy';
import { IssueLog } from './issue-log';
import { type LbMachine, MachineCalls } from './machine';
import { RefreshSteps } from './refresh-steps';
import type { Resolver } from './resolver';
import { RunningBinds } from './running-binds';
import type { RuntimeApi } from './runtime-api';

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
  readonly log: Logger;
  readonly skipValidation: boolean;
  /** Called before a worker is replaced. */
  readonly workerEnds?: () => Promise<void>;
  readonly machine: LbMachine;
}

type JobAnswer = Extract<RefreshEffect, { kind: 'answer' }>;

export class Balancer {
  private readonly configs: Configurations;
  private readonly binds = new RunningBinds();
  private readonly issueLog: IssueLog;
  private readonly steps: RefreshSteps;
  private readonly calls: MachineCalls<Outcome>;
  /** Duration of the last change, from the apps' JSON to serving it. */
  lastChangeMs = 0;

  constructor(private readonly parts: BalancerOptions) {
    this.configs = new Configurations(parts.options, parts.render);
    this.issueLog = new IssueLog(parts.log);
    const { configs, binds, issueLog: issues } = this;
    this.steps = new RefreshSteps({
      ...parts,
      configs,
      binds,
      issues,
      onAnswer: (answer, error, ms) => this.answer(answer, error, ms),
    });
    parts.machine.performBy(this.steps.performers());
    this.calls = new MachineCalls(parts.machine);
  }

  /** Takes the files on disk, which an earlier run wrote, as the running ones. `adopted`: HAProxy is of that run, too. */
  async adopt(adopted: boolean): Promise<void> {
    const { haproxy, handover, options, machine, version } = this.parts;
    this.configs.running = haproxy.filesOnDisk(options.mapFolder !== undefined);
    const worker = await haproxy.worker();
    const same = adopted && worker !== undefined && isSameWorker(handover.loaded, worker);
    const current = same && worker.version === version;
    machine.post({
      kind: 'structure.adopted',
      structure: current ? (handover.loaded?.structure ?? '') : '',
    });
    this.binds.setFrom(this.configs.running.config, handover.loaded?.binds ?? []);
  }

  /** True when the running HAProxy listens on an address or one that collides with it, which a reload may take over. */
  listensOn(place: Bind): boolean {
    return this.binds.collidesWith(place);
  }

  /** True while HAProxy serves the configuration of an earlier run. */
  get adopting(): boolean {
    return this.state.adopted !== undefined;
  }

  /** Ends all retries. */
  stop(): void {
    this.parts.machine.post({ kind: 'refreshes.stopped' });
  }

  /** The model that is served now. */
  get model(): Model {
    return this.configs.model;
  }

  /** The configuration that HAProxy has loaded. */
  get config(): string {
    return this.files.config;
  }

  get files(): ConfigFiles {
    return this.configs.running;
  }

  get issues(): readonly Issue[] {
    return this.issueLog.current;
  }

  /** The state of refreshes, for a look at one moment. */
  get state(): RefreshState {
    return this.parts.machine.read(({ refresh }) => refresh);
  }

  /** The reason why HAProxy still has an older configuration; undefined when it has the wanted one. */
  get refusal(): string | undefined {
    return this.parts.machine.read(({ reload }) => reload.refused?.why);
  }

  /** Time after which the follower reads again although nothing changed; undefined for its usual interval. */
  retryAfterMs(): number | undefined {
    const { stale, unbindable, failing } = this.state;
    return this.refusal !== undefined || stale || unbindable > 0 || failing ? RETRY_MS : undefined;
  }

  /** Serves the apps of Marathon's list. Fails when it is no list of apps. */
  update(json: unknown): Promise<void> {
    const why = this.configs.store.replaceAll(json);
    if (why !== undefined) return Promise.reject(new Error(why));
    this.parts.machine.post({ kind: 'apps.stored' });
    return this.refresh();
  }

  /** Serves Marathon's answers about single apps. Returns false when the whole list is needed. */
  async updateApps(answers: readonly { readonly id: string; readonly json: unknown }[]): Promise<boolean> {
    const { store } = this.configs;
    if (this.parts.machine.read(({ drains }) => drains.appsReadAt === undefined)) return false;
    if (!answers.every(({ id, json }) => store.replaceOne(id, json))) return false;
    await this.refresh();
    return true;
  }

  /** The app of a task as last read from Marathon, served or not. */
  appOfTask(task: string): string | undefined {
    return this.configs.appOfTask(task);
  }

  /** Sets or removes the weight of an app's servers, from the next refresh on. Returns false when there are too many. */
  setWeight(app: string, weight: number | undefined): boolean {
    const { weights } = this.state;
    if (weight !== undefined && weights.size >= WEIGHTS_MAX && !weights.has(app)) return false;
    this.parts.machine.post({ kind: 'weight.set', app, weight });
    return true;
  }

  /** Serves the apps as last read, with the current facts. */
  async refresh(): Promise<void> {
    await this.calls.ask((request) => ({ kind: 'refresh.asked', request }));
  }

  /** Refreshes soon, after HAProxy was restarted. */
  noticeRestartSoon(): void {
    this.parts.machine.post({ kind: 'refresh.wanted' });
  }

  /** Reloads the running configuration, once the worker of an earlier reload is gone or `--reload-wait` is over. */
  async reloadAgain(reason: string): Promise<Outcome> {
    const { haproxy, machine } = this.parts;
    await haproxy.oldWorkers.gone(machine.read(({ reload }) => reload.boot.reloadWaitMs));
    return await this.calls.ask((request) => ({ kind: 'reload.asked', request, reason }));
  }

  /** Renders and checks the configuration of these apps without loading it. */
  async preview(json: unknown): Promise<{ files: ConfigFiles; issues: readonly Issue[]; outcome: Outcome }> {
    const { store } = this.configs;
    const why = store.replaceAll(json);
    if (why !== undefined) throw new Error(why);
    const outcome = await this.calls.ask((request) => ({ kind: 'preview.asked', request }));
    const { model, files } = this.configs.get('checked');
    return { files, issues: [...store.issues(), ...model.issues], outcome };
  }

  /** Records the loaded configuration for the next load balancer. */
  async keepLoaded(files: ConfigFiles): Promise<void> {
    await this.steps.keepLoaded(files);
  }

  /** Records a restarted HAProxy for the next load balancer, when it has the configuration that was served before. */
  async keepRestarted(): Promise<void> {
    const { restarts, startedWith } = this.parts.haproxy;
    if (restarts === this.state.restartsSeen || startedWith !== this.config) return;
    await this.keepLoaded(this.files);
  }

  private answer({ requests, outcome, changed }: JobAnswer, error: Error | undefined, ms: number): void {
    if (changed) this.lastChangeMs = ms;
    for (const request of requests) this.calls.answer(request, error ?? outcome);
  }
}

function isSameWorker(loaded: LoadedConfig | undefined, { worker, since }: Worker): boolean {
  return loaded?.worker === worker && loaded.since === since;
}
