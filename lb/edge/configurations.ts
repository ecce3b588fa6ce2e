/**
 * The apps as last read, and the configurations that the machine's effects name: what HAProxy has loaded, what the apps
 * want, and what lies between.
 *
 * Always true: `running` and `model` change only by an effect of the machine, or when HAProxy is adopted.
 */

import { assert } from '../../cluster/model/assert';
import { createAppStore } from '../core/apps/app-store';
import { type App, rememberAlive } from '../core/apps/apps';
import { appOfRefusal } from '../core/issues/refusals';
import { createModelBuilder, type Model } from '../core/model/model';
import type { ConfigName, Fault } from '../core/refresh/refresh';
import type { RunningServer } from '../core/reload/adoption';
import { sameStructure } from '../core/reload/decide-reload';
import { keepStructure, retiredServices, withoutServices } from '../core/reload/keep-structure';
import type { ConfigFiles, Renderer } from '../core/render/render';
import { type BuildContext, emptyContext, type ModelOptions } from '../core/services/options';
import { createVersioned } from '../core/versions/versioned';

export interface Configuration {
  readonly model: Model;
  readonly files: ConfigFiles;
}

export class Configurations {
  readonly store = createAppStore();
  /** The apps and the facts that the running job builds with. */
  apps: readonly App[] = [];
  context: BuildContext = emptyContext;
  /** The model that is served now, and the files that HAProxy has loaded. */
  model: Model;
  running: ConfigFiles;
  /** The servers of an adopted HAProxy. */
  adoptedServers: readonly RunningServer[] = [];
  private readonly build: (apps: readonly App[], context: BuildContext) => Model;
  private readonly built = new Map<ConfigName, Configuration>();
  private aliveByTask: ReadonlyMap<string, boolean> = new Map();
  private readonly healthSeen = createVersioned<true>();

  constructor(
    options: ModelOptions,
    readonly render: Renderer,
  ) {
    this.build = createModelBuilder(options);
    this.model = this.build([], emptyContext);
    this.running = render(this.model);
  }

  /** Takes the apps as last read for the running job. */
  takeApps(): readonly App[] {
    this.apps = this.store.apps();
    this.aliveByTask = rememberAlive(this.apps, this.aliveByTask, this.healthSeen);
    return this.apps;
  }

  /** Takes the facts for the running job. */
  takeFacts(facts: Pick<BuildContext, 'addresses' | 'drained' | 'weights'>): void {
    const { aliveByTask, store } = this;
    this.context = { ...emptyContext, ...facts, aliveByTask, portOrder: store.portOrder() };
  }

  /** Builds the model of the apps with the facts taken so far, and more. */
  modelWith(facts: Partial<BuildContext>): Model {
    return this.build(this.apps, { ...this.context, ...facts });
  }

  /** Renders a model, which has this name from now on. */
  put(name: ConfigName, model: Model): Configuration {
    const configuration = { model, files: this.render(model) };
    this.built.set(name, configuration);
    return configuration;
  }

  /** A configuration by its name. The kept one is made when it is compared. */
  get(name: ConfigName): Configuration {
    if (name === 'running') return { model: this.model, files: this.running };
    const built = this.built.get(name);
    assert(built, `the ${name} configuration was not built`);
    return built;
  }

  /** The running structure with the wanted servers. */
  makeKept(): Configuration {
    return this.put('kept', keepStructure(this.model, this.get('wanted').model));
  }

  /** This configuration is the running one from now on. */
  serve(name: ConfigName): Configuration {
    const { model, files } = this.get(name);
    this.model = model;
    this.running = files;
    return { model, files };
  }

  /** True when a reload would only remove services that may linger. */
  onlyRetires(): boolean {
    const wanted = this.get('wanted').model;
    const retired = retiredServices(this.model, wanted);
    if (retired.size === 0) return false;
    const rest = this.render(withoutServices(this.model, retired));
    return sameStructure(rest.blocks, this.render(wanted).blocks);
  }

  /** The app of a task as last read from Marathon, served or not. */
  appOfTask(task: string): string | undefined {
    const has = ({ tasks, notServing }: App): boolean =>
      tasks.some(({ id }) => id === task) || notServing.some(({ id }) => id === task);
    return this.store.apps().find(has)?.id;
  }

  /** Refused parts, with the versions of their apps. */
  faultsOf(refused: ReadonlyMap<string, string>): Fault[] {
    if (refused.size === 0) return [];
    const apps = new Map(this.apps.map((app) => [app.id, app]));
    return [...refused].map(([key, why]) => {
      const app = apps.get(appOfRefusal(key));
      return { key, why, version: app?.version };
    });
  }

  /** The versions of these apps. */
  versionsOf(ids: readonly string[]): [string, string][] {
    if (ids.length === 0) return [];
    const wanted = new Set(ids);
    return this.apps.flatMap(({ id, version }): [string, string][] =>
      wanted.has(id) ? [[id, version]] : [],
    );
  }
}
