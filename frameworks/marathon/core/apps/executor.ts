/**
 * The executor of an app: that of Mesos for commands, or a program by its path, with the resources that it needs. That of a
 * pod is always the default executor of Mesos.
 */

import type { ScalarNeed } from '../../../kit/core/match/scalars';
import type { App } from '../../api/app';
import type { PodSpec } from '../state/run-spec';
import type { MarathonSettings } from '../state/settings';

/** The path of an app's executor; undefined for the command executor of Mesos. */
export function executorPath(
  { executor }: Pick<App, 'executor'>,
  settings: Pick<MarathonSettings, 'executor'>,
): string | undefined {
  const path = executor === '' ? settings.executor : executor;
  return path === '//cmd' || path === '' ? undefined : path;
}

/** The resources of the executor beside those of the tasks; undefined when it asks for none. */
export function executorNeed(
  app: Pick<App, 'executor' | 'executorResources'> | PodSpec,
  settings: Pick<MarathonSettings, 'executor'>,
): ScalarNeed | undefined {
  if ('pod' in app) return { ...app.pod.executorResources, gpus: 0 };
  if (app.executorResources === undefined || executorPath(app, settings) === undefined) return undefined;
  return { ...app.executorResources, gpus: 0 };
}
