/** The executor of an app: that of Mesos for commands, or a program by its path, with the resources that it needs. */

import type { ScalarNeed } from '../../../kit/core/match/scalars';
import type { App } from '../../api/app';
import type { MarathonSettings } from '../state/settings';

/** The path of an app's executor; undefined for the command executor of Mesos. */
export function executorPath(
  { executor }: Pick<App, 'executor'>,
  settings: Pick<MarathonSettings, 'executor'>,
): string | undefined {
  const path = executor === '' ? settings.executor : executor;
  return path === '//cmd' || path === '' ? undefined : path;
}

/** The resources of the executor beside those of the task; undefined when it asks for none. */
export function executorNeed(
  app: Pick<App, 'executor' | 'executorResources'>,
  settings: Pick<MarathonSettings, 'executor'>,
): ScalarNeed | undefined {
  if (app.executorResources === undefined || executorPath(app, settings) === undefined) return undefined;
  return { ...app.executorResources, gpus: 0 };
}
