/**
 * From apps to a running configuration: resolve, build, render, decide, then commands or check and reload.
 *
 * Always true: what cannot be served is named in the issues, and the running configuration stays until a better one
 * has been loaded. The file on disk follows what runs.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { createAppStore } from '../core/app-store';
import { type App, rememberVerdicts } from '../core/apps';
import { type Abilities, decide } from '../core/decide';
import { type Issue, printIssue } from '../core/issues';
import { buildModel, changedApps, createModelBuilder, type Model } from '../core/model';
import { type ModelOptions, quietWorld, type World } from '../core/options';
import type { Files, Renderer } from '../core/render';
import { Culprits } from './culprits';
import type { Haproxy, Outcome } from './haproxy';
import { findTaken } from './ports';
import type { Resolver } from './resolve';
import type { RuntimeApi } from './runtime-api';

/** A configuration that failed, or a port that was taken, is tried again after this time even when nothing changed. */
const RETRY_MS = 5000;

export interface BalancerOptions {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Haproxy;
  readonly runtime: RuntimeApi;
  readonly abilities: Abilities;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Logger;
  readonly skipValidation: boolean;
  /** On a refused configuration the apps at fault are looked for and left out. */
  readonly cleanUp: boolean;
  /** Called when a worker is about to be replaced. */
  readonly workerEnds?: () => Promise<void>;
}

/** With more changed apps than this everything is checked. */
const CHECKED_ALONE_MAX = 50;

interface Checkable {
  readonly model: Model;
  readonly files: Files;
}
interface Checked extends Checkable {
  readonly outcome: Outcome;
}

export class Balancer {
  private readonly build: (apps: readonly App[], world: World) => Model;
  private readonly store = createAppStore();
  private readonly culprits: Culprits;
  private running: Files;
  private runningBinds = new Set<string>();
  private verdicts: ReadonlyMap<string, boolean> = new Map();
  private taken: ReadonlyMap<string, string> = new Map();
  private failed: { config: string; why: string; at: number } | undefined;
  private lastIssues: readonly Issue[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  /** Whether the file on disk is older than what runs, because it could not be written. */
  private stale = false;
  /** What is served now. */
  model: Model;
  /** Tasks that somebody asked to be taken out, and weights set over the API. */
  readonly drained = new Set<string>();
  readonly weights = new Map<string, number>();
  reloads = 0;
  reloadFailures = 0;
  commands = 0;
  /** How long the last change took from having the apps' JSON to serving it. */
  lastChangeMs = 0;
  lastReason = '';

  constructor(private readonly parts: BalancerOptions) {
    this.build = createModelBuilder(parts.options);
    this.model = this.build([], quietWorld);
    this.running = parts.render(this.model);
    this.culprits = new Culprits(parts);
  }

  /** The configuration that HAProxy has loaded, and its map files. */
  get config(): string {
    return this.running.config;
  }

  get files(): Files {
    return this.running;
  }

  get issues(): readonly Issue[] {
    return this.lastIssues;
  }

  /** When to try again although nothing changed. */
  hurryMs(): number | undefined {
    return this.failed || this.stale || this.taken.size > 0 ? RETRY_MS : undefined;
  }

  /** Serves what Marathon's list of apps says. Throws when it is none. */
  update(json: unknown): Promise<void> {
    const why = this.store.replaceAll(json);
    if (why !== undefined) return Promise.reject(new Error(why));
    return this.refresh();
  }

  /** Serves what Marathon's answer about some apps says. Returns false when the whole list is needed. */
  async updateApps(answers: readonly { readonly id: string; readonly json: unknown }[]): Promise<boolean> {
    if (!answers.every(({ id, json }) => this.store.replaceOne(id, json))) return false;
    await this.refresh();
    return true;
  }

  /** Serves the apps as last read, with what else is known by now. One at a time. */
  refresh(): Promise<void> {
    const next = this.turn.then(() => this.serveStore());
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async serveStore(): Promise<void> {
    const began = performance.now();
    const apps = this.store.apps();
    this.verdicts = rememberVerdicts(apps, this.verdicts);
    const addresses = await this.parts.resolver.resolve(apps);
    const known: World = {
      ...quietWorld,
      addresses,
      verdicts: this.verdicts,
      drained: this.drained,
      weights: this.weights,
    };
    const { world, model } = await this.avoidTaken(apps, await this.culprits.allowTemplates(apps, known));
    const files = this.parts.render(model);
    const done = (await this.tryCommands(model, files)) ?? (await this.tryReload(apps, world));
    if (done) this.lastChangeMs = performance.now() - began;
  }

  /** Nothing to do, or commands do; undefined when a reload is needed. */
  private async tryCommands(model: Model, files: Files): Promise<boolean | undefined> {
    const decision = decide(this.running, files, this.parts.abilities);
    if (decision.kind === 'reload') return undefined;
    if (decision.kind === 'commands') {
      const outcome = await this.parts.runtime.perform(decision.commands);
      if (!outcome.ok) {
        this.parts.log.warn({ why: outcome.why }, 'HAProxy cannot change this while it runs; it is reloaded');
        return undefined;
      }
      this.commands += decision.commands.length;
      this.lastReason = decision.reason;
      this.parts.log.debug({ reason: decision.reason }, 'HAProxy changed while it runs');
      this.stale = !this.parts.haproxy.write(files);
    } else if (this.stale) {
      this.stale = !this.parts.haproxy.write(files);
    }
    this.failed = undefined;
    this.serve(model, files);
    return decision.kind === 'commands';
  }

  private async tryReload(apps: readonly App[], world: World): Promise<boolean> {
    const { model, files, outcome } = await this.prepare(apps, world);
    if (!outcome.ok) {
      this.tell([...this.store.issues(), ...model.issues]);
      this.refuse(files, outcome.why);
      return false;
    }
    const decision = decide(this.running, files, { servers: false, maps: false });
    if (decision.kind === 'nothing' && this.parts.runtime.leavingCount === 0) {
      const again = await this.tryCommands(model, files);
      return again ?? false;
    }
    if (this.failedLately(files)) return false;
    if (!(await this.reload(files, decision.reason)).ok) return false;
    this.serve(model, files);
    return true;
  }

  private serve(model: Model, files: Files): void {
    this.model = model;
    this.running = files;
    this.runningBinds = new Set(model.frontends.map(({ bind }) => bind));
    this.tell([...this.store.issues(), ...model.issues]);
  }

  /** Loads what is running once more. */
  reloadAgain(reason: string): Promise<Outcome> {
    const next = this.turn.then(() => this.reload(this.running, reason));
    this.turn = next.catch(() => undefined);
    return next;
  }

  /** What the apps' configuration would be, with HAProxy's opinion of it. */
  async preview(json: unknown): Promise<{ files: Files; issues: readonly Issue[]; outcome: Outcome }> {
    const why = this.store.replaceAll(json);
    if (why !== undefined) throw new Error(why);
    const apps = this.store.apps();
    const world = { ...quietWorld, addresses: await this.parts.resolver.resolve(apps) };
    const found = await this.culprits.allowTemplates(apps, world);
    const { model, files, outcome } = await this.prepare(apps, found);
    return { files, issues: [...this.store.issues(), ...model.issues], outcome };
  }

  /** Tries the ports that HAProxy does not hold yet; the taken ones are left out of the model. */
  private async avoidTaken(apps: readonly App[], world: World): Promise<{ world: World; model: Model }> {
    const wanted = this.build(apps, world);
    const fresh = wanted.frontends.filter(({ bind }) => !this.runningBinds.has(bind));
    this.taken = fresh.length === 0 ? new Map() : await findTaken(fresh.map(({ place }) => place));
    if (this.taken.size === 0) return { world, model: wanted };
    for (const [place, why] of this.taken) this.parts.log.debug({ place, why }, 'a place is taken');
    const known = { ...world, taken: this.taken };
    return { world: known, model: this.build(apps, known) };
  }

  /** Builds, renders and checks; apps that HAProxy refuses are left out, so that they do not stop the others. */
  private async prepare(
    apps: readonly App[],
    world: World,
  ): Promise<{ model: Model; files: Files; outcome: Outcome }> {
    const refused = new Map<string, string>();
    for (;;) {
      const model = this.build(apps, { ...world, refused });
      const files = this.parts.render(model);
      const checked = await this.check({ model, files }, apps, { ...world, refused });
      const { outcome } = checked;
      if (outcome.ok || !this.parts.cleanUp) return { model, files, outcome };
      const fresh = await this.culprits.find(outcome.why, { ...checked, apps, world, refused });
      if (fresh.size === 0) return { model, files, outcome };
      for (const [app, why] of fresh) refused.set(app, why);
    }
  }

  /** HAProxy's opinion: of what changed alone when that is little and the rest is running, else of everything. */
  private async check(whole: Checkable, apps: readonly App[], world: World): Promise<Checked> {
    const { skipValidation, haproxy, options, render } = this.parts;
    const { files, model } = whole;
    if (skipValidation || files.config === this.running.config || this.failedLately(files))
      return { ...whole, outcome: { ok: true } };
    const changed = this.reloads > 0 && !this.failed ? changedApps(this.model, model) : undefined;
    const some = changed && apps.filter(({ id }) => changed.has(id));
    if (!changed || some?.length !== changed.size || changed.size > CHECKED_ALONE_MAX)
      return { ...whole, outcome: await haproxy.check(files) };
    if (changed.size === 0) return { ...whole, outcome: { ok: true } };
    const part = buildModel(some, options, world);
    const partFiles = render(part);
    return { model: part, files: partFiles, outcome: await haproxy.check(partFiles) };
  }

  private async reload(files: Files, reason: string): Promise<Outcome> {
    // The worker that goes tells its counts meanwhile: it finishes the conversation it is in.
    const counted = this.parts.workerEnds?.();
    const outcome = await this.parts.haproxy.reload(files);
    await counted;
    if (outcome.ok) {
      this.failed = undefined;
      this.stale = false;
      this.running = files;
      this.reloads++;
      this.lastReason = reason;
      this.parts.runtime.forget();
      this.parts.log.info({ reason }, 'HAProxy reloaded');
    } else {
      this.refuse(files, outcome.why);
    }
    return outcome;
  }

  private refuse({ config }: Files, why: string): void {
    this.reloadFailures++;
    this.failed = { config, why, at: this.parts.clock.now() };
    this.parts.log.error({ why }, 'HAProxy refuses the new configuration; the running one stays');
  }

  private failedLately({ config }: Files): boolean {
    return this.failed?.config === config && this.parts.clock.now() - this.failed.at < RETRY_MS;
  }

  private tell(issues: readonly Issue[]): void {
    if (issues.length === 0 && this.lastIssues.length === 0) return;
    const known = new Set(this.lastIssues.map(printIssue));
    for (const issue of issues) {
      if (!known.has(printIssue(issue))) this.parts.log.warn({ app: issue.app }, printIssue(issue));
    }
    this.lastIssues = issues;
  }
}
