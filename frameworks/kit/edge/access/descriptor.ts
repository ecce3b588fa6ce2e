/**
 * The descriptor of plugins, `--plugin_conf`, in the form of the original (PluginDefinition of Marathon): by its id each
 * plugin has a plug-in point, an implementation, its configuration, and what others are told of it.
 */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorText } from '../../../../cluster/model/error-text';
import { StartError } from '../../../../cluster/runtime/lifecycle';

const FLAG = '--plugin_conf';

/** The plug-in points that there are. */
export type PluginPoint = 'authenticator' | 'authorizer';

/** The names of plug-in points: ours, and those of the interfaces of Marathon. */
const POINTS: ReadonlyMap<string, PluginPoint> = new Map([
  ['authenticator', 'authenticator'],
  ['authorizer', 'authorizer'],
  ['mesosphere.marathon.plugin.auth.Authenticator', 'authenticator'],
  ['mesosphere.marathon.plugin.auth.Authorizer', 'authorizer'],
]);

const ENTRY = z.strictObject({
  plugin: z.string(),
  implementation: z.string().min(1),
  enabled: z.boolean().optional(),
  configuration: z.unknown().optional(),
  tags: z.array(z.string()).optional(),
  info: z.record(z.string(), z.unknown()).optional(),
});

const DESCRIPTOR = z.strictObject({ plugins: z.record(z.string(), ENTRY) });

export interface PluginEntry extends Omit<z.infer<typeof ENTRY>, 'enabled'> {
  readonly id: string;
  readonly point: PluginPoint;
}

/** The plugins of the file that are enabled. Fails with a StartError that names what is wrong. */
export function readDescriptor(path: string): readonly PluginEntry[] {
  const fail = (reason: string): never => {
    throw new StartError(`${FLAG}: ${path} ${reason}`);
  };
  const read = DESCRIPTOR.safeParse(parse(path, fail));
  if (!read.success) return fail(`is no descriptor of plugins: ${z.prettifyError(read.error)}`);
  const entries = Object.entries(read.data.plugins)
    .filter(([, { enabled = true }]) => enabled)
    .map(([id, { enabled: _enabled, ...entry }]) => ({
      ...entry,
      id,
      point: pointOf(id, entry.plugin, fail),
    }));
  for (const point of new Set(entries.map((entry) => entry.point))) {
    const ids = entries.filter((entry) => entry.point === point).map(({ id }) => id);
    if (ids.length > 1) fail(`has more than one ${point}: ${ids.join(', ')}`);
  }
  return entries;
}

function parse(path: string, fail: (reason: string) => never): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`cannot be read: ${errorText(error)}`);
  }
}

function pointOf(id: string, name: string, fail: (reason: string) => never): PluginPoint {
  const point = POINTS.get(name);
  const known = [...POINTS.keys()].join(', ');
  return (
    point ?? fail(`has the plugin "${id}" for "${name}", which is no plug-in point here; there are ${known}`)
  );
}
