/**
 * From apps to a running configuration: resolve, build, render, decide, check, reload.
 *
 * Always true: what cannot be served is named in the issues, and the running configuration stays until a better one
 * has been loaded.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { type App, readApps, rememberVerdicts } from '../core/apps';
import { decide } from '../core/decide';
import { type Issue, printIssue } from '../core/issues';
import { buildModel, type Model } from '../core/model';
import { type Bind, type ModelOptions, quietWorld, type World } from '../core/options';
import type { Files, Renderer } from '../core/render';
import { appOfLine } from '../core/sections';
import { complainedLines, type Haproxy, type Outcome } from './haproxy';
import { findTaken } from './ports';
import type { Resolver } from './resolve';

/** A configuration that failed, or a port that was taken, is tried again after this time even when nothing changed. */
const RETRY_MS = 5000;
/** Apps that HAProxy refuses are left out one after the other, at most this many per round. */
const REFUSED_MAX = 50;

export interface BalancerOptions {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Haproxy;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Logger;
  readonly skipValidation: boolean;
}

export class Balancer {
  private running: Files;
  private runningBinds = new Set<string>();
  private verdicts: ReadonlyMap<string, boolean> = new Map();
  private taken: ReadonlyMap<string, string> = new Map();
  private failed: { config: string; why: string; at: number } | undefined;
  private lastIssues: readonly Issue[] = [];
  /** What is served now. */
  model: Model;
  reloads = 0;
  reloadFailures = 0;
  /** How long the last change took from reading the apps' JSON to the new worker. */
  lastChangeMs = 0;

  constructor(private readonly parts: BalancerOptions) {
    this.model = buildModel([], parts.options, quietWorld);
    this.running = parts.render(this.model);
  }

  /** The configuration that HAProxy has loaded. */
  get config(): string {
    return this.running.config;
  }

  get issues(): readonly Issue[] {
    return this.lastIssues;
  }

  /** When to try again although nothing changed. */
  hurryMs(): number | undefined {
    return this.failed || this.taken.size > 0 ? RETRY_MS : undefined;
  }

  /** Serves what Marathon's answer says. Throws when it is no list of apps. */
  async update(json: unknown): Promise<void> {
    const began = this.parts.clock.now();
    const read = readApps(json);
    if ('error' in read) throw new Error(read.error);
    this.verdicts = rememberVerdicts(read.apps, this.verdicts);
    const addresses = await this.parts.resolver.resolve(read.apps);
    const world = { ...quietWorld, addresses, verdicts: this.verdicts };
    const { model, files, outcome } = await this.prepare(read.apps, await this.avoidTaken(read.apps, world));
    this.tell([...read.issues, ...model.issues]);
    if (!outcome.ok) return this.refuse(files, outcome.why);
    const reloads = this.reloads;
    if (await this.apply(files)) {
      this.model = model;
      this.runningBinds = new Set(model.frontends.map(({ bind }) => bind));
      if (this.reloads > reloads) this.lastChangeMs = this.parts.clock.now() - began;
    }
  }

  /** Loads what is running once more. */
  async reloadAgain(reason: string): Promise<Outcome> {
    return await this.reload(this.running, reason);
  }

  /** What the apps' configuration would be, with HAProxy's opinion of it. */
  async preview(json: unknown): Promise<{ files: Files; issues: readonly Issue[]; outcome: Outcome }> {
    const read = readApps(json);
    if ('error' in read) throw new Error(read.error);
    const world = { ...quietWorld, addresses: await this.parts.resolver.resolve(read.apps) };
    const { model, files, outcome } = await this.prepare(read.apps, world);
    return { files, issues: [...read.issues, ...model.issues], outcome };
  }

  /** Tries the ports that HAProxy does not hold yet; the taken ones are left out of the model. */
  private async avoidTaken(apps: readonly App[], world: World): Promise<World> {
    const wanted = buildModel(apps, this.parts.options, world);
    const fresh: Bind[] = wanted.frontends
      .filter(({ bind }) => !this.runningBinds.has(bind))
      .map(({ place }) => place);
    this.taken = await findTaken(fresh);
    for (const [place, why] of this.taken) this.parts.log.debug({ place, why }, 'a place is taken');
    return { ...world, taken: this.taken };
  }

  /** Builds, renders and checks; apps that HAProxy refuses are left out, so that they do not stop the others. */
  private async prepare(
    apps: readonly App[],
    world: World,
  ): Promise<{ model: Model; files: Files; outcome: Outcome }> {
    const refused = new Map<string, string>();
    for (;;) {
      const model = buildModel(apps, this.parts.options, { ...world, refused });
      const files = this.parts.render(model);
      const outcome = await this.check(files);
      if (outcome.ok || refused.size >= REFUSED_MAX) return { model, files, outcome };
      const culprits = complainedLines(outcome.why).flatMap(
        (line) => appOfLine(files.config, line, model) ?? [],
      );
      const fresh = culprits.filter((app) => !refused.has(app));
      if (fresh.length === 0) return { model, files, outcome };
      for (const app of fresh) refused.set(app, outcome.why);
    }
  }

  private async check(files: Files): Promise<Outcome> {
    const { skipValidation, haproxy } = this.parts;
    if (skipValidation || files.config === this.running.config || this.failedLately(files))
      return { ok: true };
    return await haproxy.check(files.config);
  }

  private async apply(files: Files): Promise<boolean> {
    const decision = decide(this.running, files);
    if (decision.kind === 'nothing') {
      this.failed = undefined;
      return true;
    }
    if (this.failedLately(files)) return false;
    return (await this.reload(files, decision.reason)).ok;
  }

  private async reload(files: Files, reason: string): Promise<Outcome> {
    const outcome = await this.parts.haproxy.reload(files.config);
    if (outcome.ok) {
      this.failed = undefined;
      this.running = files;
      this.reloads++;
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
    const known = new Set(this.lastIssues.map(printIssue));
    for (const issue of issues) {
      if (!known.has(printIssue(issue))) this.parts.log.warn({ app: issue.app }, printIssue(issue));
    }
    this.lastIssues = issues;
  }
}
