/**
 * Finds the apps at fault when HAProxy refuses a configuration: by the lines in its errors, else by checking apps alone.
 *
 * An error in a listener or in host names at first costs only those. Apps with template labels are checked alone before
 * they join the others.
 */

import type { App } from '../core/apps/apps';
import { refusalKey, templateLabelKey } from '../core/issues/refusals';
import { isTemplateLabel } from '../core/labels/overrides';
import { buildModel, type Model } from '../core/model/model';
import type { Outcome } from '../core/refresh/refresh';
import { startTrials, type TrialResult, takeOutcome, trialOf } from '../core/refresh/template-trials';
import type { ConfigFiles, Renderer } from '../core/render/render';
import { ownerOfLine } from '../core/render/sections';
import type { BuildContext, ModelOptions } from '../core/services/options';
import { createVersioned } from '../core/versions/versioned';
import { errorLines, type Haproxy } from './haproxy';

/** Limits of apps that are left out, and of apps that are checked alone. */
const REFUSED_MAX = 50;
const ALONE_MAX = 200;

interface ConfigErrorsOptions {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Haproxy;
}
interface RefusedConfig {
  readonly apps: readonly App[];
  readonly files: ConfigFiles;
  readonly model: Model;
  readonly context: BuildContext;
  readonly refused: ReadonlyMap<string, string>;
}

/** The configuration of one app alone, with the result of its check. */
interface AppCheck extends Pick<RefusedConfig, 'files' | 'model'> {
  readonly outcome: Outcome;
}

export class ConfigErrors {
  private readonly checkedAlone = createVersioned<Outcome>();
  private readonly templatesChecked = createVersioned<ReadonlyMap<string, string>>();

  constructor(private readonly parts: ConfigErrorsOptions) {}

  /** Parts newly found at fault, by `refusalKey`; empty when they cannot be determined. */
  async find(why: string, refusal: RefusedConfig): Promise<Map<string, string>> {
    const { apps, refused } = refusal;
    if (refused.size >= REFUSED_MAX) return new Map();
    const named = partsNamed(why, refusal, refused);
    if (named.size > 0) return named;
    const appsAtFault = new Map<string, string>();
    this.checkedAlone.trim(apps.length, () => apps.map(({ id }) => id));
    for (const app of apps.slice(0, ALONE_MAX)) {
      if (refused.has(app.id)) continue;
      const outcome =
        this.checkedAlone.get(app.id, app.version) ?? (await this.checkAlone(app, refusal.context));
      if (!outcome.ok && outcome.noAppAtFault) return new Map();
      this.checkedAlone.set(app.id, app.version, outcome);
      if (!outcome.ok) appsAtFault.set(app.id, outcome.why);
    }
    return appsAtFault;
  }

  /** Adds to the context the template labels that HAProxy refuses when it checks their apps alone. */
  async allowTemplates(apps: readonly App[], context: BuildContext): Promise<BuildContext> {
    if (this.parts.options.templateLabels.groups.length === 0) return context;
    const refusedLabels = new Map<string, string>();
    this.templatesChecked.trim(apps.length, () => apps.map(({ id }) => id));
    for (const app of apps) {
      const labels = templateLabelsOf(app);
      if (labels.length === 0) continue;
      const refused =
        this.templatesChecked.get(app.id, app.version) ?? (await this.refusedTemplates(app, labels, context));
      if (refused === undefined) continue;
      this.templatesChecked.set(app.id, app.version, refused);
      for (const [key, why] of refused) refusedLabels.set(key, why);
    }
    return { ...context, refusedTemplates: refusedLabels };
  }

  /** Template labels of an app that are at fault; undefined when the check could not run. */
  private async refusedTemplates(
    app: App,
    labels: readonly string[],
    context: BuildContext,
  ): Promise<TrialResult> {
    const trials = startTrials(app.id, labels);
    let trial = trialOf(trials);
    let named: ReadonlyMap<string, string> = new Map();
    for (;;) {
      const unused = new Map(trial.unused.map((label) => [templateLabelKey(app.id, label), '']));
      const refused = trial.parts ? new Map([...context.refused, ...named]) : context.refused;
      const tried = await this.tryAlone(app, { ...context, refusedTemplates: unused, refused });
      const { outcome } = tried;
      if (!outcome.ok) named = partsNamed(outcome.why, tried, context.refused);
      const next = takeOutcome(trials, outcome);
      if (next.kind === 'done') return next.result;
      trial = next.trial;
    }
  }

  private async checkAlone(app: App, context: BuildContext): Promise<Outcome> {
    return (await this.tryAlone(app, context)).outcome;
  }

  private async tryAlone(app: App, context: BuildContext): Promise<AppCheck> {
    const model = buildModel([app], this.parts.options, context);
    const files = this.parts.render(model);
    return { model, files, outcome: await this.parts.haproxy.check(files) };
  }
}

/** Parts of apps in whose lines the errors are; the whole app when that part is left out already. */
function partsNamed(
  why: string,
  { files, model }: Pick<RefusedConfig, 'files' | 'model'>,
  refused: ReadonlyMap<string, string>,
): Map<string, string> {
  const named = new Map<string, string>();
  for (const line of errorLines(why)) {
    const owner = ownerOfLine(files.config, line, model);
    if (owner === undefined || refused.has(owner.app)) continue;
    const part = refusalKey(owner.app, owner.part, owner.index);
    named.set(refused.has(part) ? owner.app : part, why);
  }
  return named;
}

/** Listeners that a worker names when it cannot bind them, by `refusalKey`. */
export function listenersNamed(why: string, model: Model): Map<string, string> {
  const named = new Map<string, string>();
  for (const [, name] of why.matchAll(/\b(?:starting|for) (?:frontend|proxy) ([\w.-]+)/gi)) {
    const frontend = model.frontends.find((candidate) => candidate.name === name);
    if (frontend) named.set(refusalKey(frontend.app, 'listener', frontend.index), why);
  }
  return named;
}

function templateLabelsOf({ labels }: App): string[] {
  return Object.keys(labels).filter((label) => isTemplateLabel(label.replace(/^HAPROXY_\d+_/, '')));
}
