/**
 * The names of an app's host ports, in the order of the host ports of its tasks.
 */

import type { App } from '../../api/app';

export function hostPortNames(app: App): (string | undefined)[] {
  if (app.portDefinitions) return app.portDefinitions.map(({ name }) => name);
  const mappings = (app.container?.portMappings ?? []).filter(({ hostPort }) => hostPort !== undefined);
  return mappings.map(({ name }) => name);
}
