/**
 * Has HAProxy check a configuration: the changed apps alone when they are few, else the whole.
 */

import type { App } from '../core/apps/apps';
import { buildModel, changedApps } from '../core/model/model';
import type { Outcome } from '../core/refresh/refresh';
import type { ConfigFiles, Renderer } from '../core/render/render';
import type { BuildContext, ModelOptions } from '../core/services/options';
import type { Configuration } from './configurations';
import type { Haproxy } from './haproxy';

/** With more changed apps than this the whole configuration is checked. */
const CHECKED_ALONE_MAX = 50;

export interface CheckedConfig extends Configuration {
  readonly outcome: Outcome;
}

interface CheckDeps {
  readonly options: ModelOptions;
  readonly render: Renderer;
  readonly haproxy: Pick<Haproxy, 'check'>;
}

export interface CheckRequest {
  readonly whole: Configuration;
  readonly apps: readonly App[];
  readonly context: BuildContext;
  /** The served configuration, when only what differs from it has to be checked. */
  readonly served: Configuration | undefined;
}

/** Checks the whole configuration, or the part of it that changed; returns what was checked. */
export async function checkConfig(
  { options, render, haproxy }: CheckDeps,
  { whole, apps, context, served }: CheckRequest,
): Promise<CheckedConfig> {
  const checkFiles = (files: ConfigFiles): Promise<Outcome> => haproxy.check(files);
  const changed = served && changedApps(served.model, whole.model);
  const some = changed && apps.filter(({ id }) => changed.has(id));
  if (!changed || some?.length !== changed.size || changed.size > CHECKED_ALONE_MAX)
    return { ...whole, outcome: await checkFiles(whole.files) };
  if (changed.size === 0) return { ...whole, outcome: { ok: true } };
  const model = buildModel(some, options, context);
  const files = render(model);
  return { model, files, outcome: await checkFiles(files) };
}
