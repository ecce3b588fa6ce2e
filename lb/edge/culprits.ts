/**
 * Whose fault it is that HAProxy refuses a configuration: by the line it complains about, else by checking apps alone.
 * A line of a listener or of host names costs no more than those, at first. Apps with template labels are checked alone
 * before they join the others.
 */

import type { App } from '../core/apps';
import { buildModel, type Model } from '../core/model';
import type { ModelOptions, World } from '../core/options';
import { isTemplateLabel } from '../core/overrides';
import { refusalKey } from '../core/refusals';
import type { Files, Renderer } from '../core/render';
import { ownerOfLine } from '../core/sections';
import { complainedLines, type Haproxy, type Outcome } from './haproxy';

/** Apps that HAProxy refuses are left out, at most this many; checked alone at most this many. */
const REFUSED_MAX = 50;
const ALONE_MAX = 200;

interface Parts {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Haproxy;
}
interface Refusal {
  readonly apps: readonly App[];
  readonly files: Files;
  readonly model: Model;
  readonly world: World;
  readonly refused: ReadonlyMap<string, string>;
}

export class Culprits {
  private readonly alone = new WeakMap<App, Outcome>();
  private readonly templated = new WeakMap<App, Outcome>();

  constructor(private readonly parts: Parts) {}

  /** What is at fault and was not known yet, by `refusalKey`; nothing when it cannot be told. */
  async find(why: string, refusal: Refusal): Promise<Map<string, string>> {
    const { apps, refused } = refusal;
    if (refused.size >= REFUSED_MAX) return new Map();
    const named = namedIn(why, refusal, refused);
    if (named.size > 0) return named;
    const culprits = new Map<string, string>();
    for (const app of apps.slice(0, ALONE_MAX)) {
      if (refused.has(app.id)) continue;
      const outcome = this.alone.get(app) ?? (await this.checkAlone(app, refusal.world));
      if (!outcome.ok && outcome.nobody) return new Map();
      this.alone.set(app, outcome);
      if (!outcome.ok) culprits.set(app.id, outcome.why);
    }
    return culprits;
  }

  /** The world with those apps named whose template labels HAProxy refuses when it sees them alone. */
  async allowTemplates(apps: readonly App[], world: World): Promise<World> {
    if (this.parts.options.templateLabels.groups.length === 0) return world;
    const plain = new Map<string, string>();
    for (const app of apps.filter(hasTemplateLabels)) {
      const outcome = this.templated.get(app) ?? (await this.checkAlone(app, world));
      if (outcome.ok || !outcome.nobody) this.templated.set(app, outcome);
      if (!outcome.ok) plain.set(app.id, outcome.why);
    }
    return { ...world, plain };
  }

  private checkAlone(app: App, world: World): Promise<Outcome> {
    const files = this.parts.render(buildModel([app], this.parts.options, world));
    return this.parts.haproxy.check(files);
  }
}

/** What the complaints name by their lines: a part of an app, or all of it when that part is left out already. */
function namedIn(
  why: string,
  { files, model }: Pick<Refusal, 'files' | 'model'>,
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

function hasTemplateLabels({ labels }: App): boolean {
  return Object.keys(labels).some((label) => isTemplateLabel(label.replace(/^HAPROXY_\d+_/, '')));
}
