/**
 * Whose fault it is that HAProxy refuses a configuration: by the line it complains about, else by checking apps alone.
 * A line of a listener or of host names costs no more than those, at first. Apps with template labels are checked alone
 * before they join the others.
 */

import type { App } from '../core/apps';
import { buildModel, type Model } from '../core/model';
import type { BuildContext, ModelOptions } from '../core/options';
import { isTemplateLabel } from '../core/overrides';
import { refusalKey, templateLabelKey } from '../core/refusals';
import type { ConfigFiles, Renderer } from '../core/render';
import { ownerOfLine } from '../core/sections';
import { complainedLines, type Haproxy, type Outcome } from './haproxy';

/** Apps that HAProxy refuses are left out, at most this many; checked alone at most this many. */
const REFUSED_MAX = 50;
const ALONE_MAX = 200;
/** With more template labels than this, all of an app's go when one is at fault. */
const LABELS_MAX = 20;

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

/** An app as it is without the others, and what HAProxy says of it. */
interface AppCheck extends Pick<RefusedConfig, 'files' | 'model'> {
  readonly outcome: Outcome;
}

export class ConfigErrors {
  private readonly checkedAlone = new WeakMap<App, Outcome>();
  private readonly templatesChecked = new WeakMap<App, ReadonlyMap<string, string>>();

  constructor(private readonly parts: ConfigErrorsOptions) {}

  /** What is at fault and was not known yet, by `refusalKey`; nothing when it cannot be told. */
  async find(why: string, refusal: RefusedConfig): Promise<Map<string, string>> {
    const { apps, refused } = refusal;
    if (refused.size >= REFUSED_MAX) return new Map();
    const named = partsNamed(why, refusal, refused);
    if (named.size > 0) return named;
    const appsAtFault = new Map<string, string>();
    for (const app of apps.slice(0, ALONE_MAX)) {
      if (refused.has(app.id)) continue;
      const outcome = this.checkedAlone.get(app) ?? (await this.checkAlone(app, refusal.context));
      if (!outcome.ok && outcome.noAppAtFault) return new Map();
      this.checkedAlone.set(app, outcome);
      if (!outcome.ok) appsAtFault.set(app.id, outcome.why);
    }
    return appsAtFault;
  }

  /** The context with those template labels named that HAProxy refuses when it sees their apps alone. */
  async allowTemplates(apps: readonly App[], context: BuildContext): Promise<BuildContext> {
    if (this.parts.options.templateLabels.groups.length === 0) return context;
    const refusedLabels = new Map<string, string>();
    for (const app of apps) {
      const labels = templateLabelsOf(app);
      if (labels.length === 0) continue;
      const refused = this.templatesChecked.get(app) ?? (await this.refusedTemplates(app, labels, context));
      if (refused === undefined) continue;
      this.templatesChecked.set(app, refused);
      for (const [key, why] of refused) refusedLabels.set(key, why);
    }
    return { ...context, refusedTemplates: refusedLabels };
  }

  /** By `plainKey`, the template labels of an app that are at fault; undefined when HAProxy cannot be asked. */
  private async refusedTemplates(
    app: App,
    labels: readonly string[],
    context: BuildContext,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const without = (left: readonly string[], refused = context.refused): Promise<AppCheck> => {
      const unusedLabels = new Map(left.map((label) => [templateLabelKey(app.id, label), '']));
      return this.tryAlone(app, { ...context, refusedTemplates: unusedLabels, refused });
    };
    const { outcome: whole } = await without([]);
    if (whole.ok) return new Map();
    if (whole.noAppAtFault) return undefined;
    const all = new Map([[app.id, whole.why]]);
    if (labels.length > LABELS_MAX) return all;
    const bare = await without(labels);
    if (!bare.outcome.ok) {
      // Another label is at fault, which is found when all apps are checked together.
      const parts = new Map([...context.refused, ...partsNamed(bare.outcome.why, bare, context.refused)]);
      return (await without([], parts)).outcome.ok ? new Map() : all;
    }
    const refused = new Map<string, string>();
    for (const label of labels) {
      const { outcome } = await without(labels.filter((other) => other !== label));
      if (!outcome.ok) refused.set(templateLabelKey(app.id, label), outcome.why);
    }
    const rest = await without(labels.filter((label) => refused.has(templateLabelKey(app.id, label))));
    return rest.outcome.ok ? refused : all;
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

/** What the complaints name by their lines: a part of an app, or all of it when that part is left out already. */
function partsNamed(
  why: string,
  { files, model }: Pick<RefusedConfig, 'files' | 'model'>,
  refused: ReadonlyMap<string, string>,
): Map<string, string> {
  const named = new Map<string, string>();
  for (const line of complainedLines(why)) {
    const owner = ownerOfLine(files.config, line, model);
    if (owner === undefined || refused.has(owner.app)) continue;
    const part = refusalKey(owner.app, owner.part, owner.index);
    named.set(refused.has(part) ? owner.app : part, why);
  }
  return named;
}

/** The listeners that a worker names when it cannot start because of them, by `refusalKey`. */
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
