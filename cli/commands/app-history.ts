/** `meseta app history|diff|rollback`: versions of an app, what differs between them, and the way back to one. */

import { isObject } from '../../cluster/model/json-value';
import { text, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import { flagCommand } from '../command';
import { type DeploymentResult, watchChange, watchFlag } from '../deployment-watch';
import { listCommand } from '../list';
import { appPath, findApp, json, marathonFlags, withMarathon } from '../marathon-api';
import { printJson, printTable } from '../print';

type Definition = Readonly<Record<string, unknown>>;

interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Members that differ between any two versions. */
const VERSION_MEMBERS = new Set(['version', 'versionInfo']);

/** The versions of an app, newest first. */
async function versionsOf(api: Api, id: string): Promise<readonly string[]> {
  return ((await api.json('GET', `${appPath(id)}/versions`)) as { versions: readonly string[] }).versions;
}

async function definitionOf(api: Api, id: string, version: string): Promise<Definition> {
  return (await api.json('GET', `${appPath(id)}/versions/${encodeURIComponent(version)}`)) as Definition;
}

/** The members that differ, with their paths. Lists count as one value. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (!isObject(before) || !isObject(after))
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => path !== '' || !VERSION_MEMBERS.has(name))
    .flatMap((name) => changesBetween(before[name], after[name], `${path}/${name}`));
}

function shown(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value);
}

export const history = listCommand({
  flags: marathonFlags,
  positionals: ['app'],
  read: (flags, [word = '']) =>
    withMarathon(flags, async (api) => {
      const { id } = await findApp(api, word);
      const versions = await versionsOf(api, id);
      const definitions = await Promise.all(versions.map((version) => definitionOf(api, id, version)));
      return versions.map((version, index) => {
        const [after, before] = definitions.slice(index);
        const changes = before
          ? changesBetween(before, after).map((change) => change.path.slice(1))
          : ['made'];
        return { version, instances: after?.['instances'], changes };
      });
    }),
  print: (versions) => {
    const rows = versions.map(({ version, instances, changes }) => [
      version,
      String(instances),
      changes.length > 0 ? changes.join(', ') : 'restarted',
    ]);
    return printTable(['version', 'instances', 'changed'], rows);
  },
});

/** The version that a flag names; without it one of the history. */
function pick(versions: readonly string[], wanted: string | undefined, index: number): string {
  const version = wanted ?? versions[index];
  if (version === undefined) throw new StartError('The app has no earlier version.');
  return version;
}

export const diff = flagCommand({
  flags: {
    ...marathonFlags,
    json,
    from: text({ help: 'the older version; without it the one before', value: 'VERSION' }),
    to: text({ help: 'the newer version; without it the current one', value: 'VERSION' }),
  },
  positionals: ['app'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withMarathon(flags, async (api) => {
      const { id } = await findApp(api, word);
      const versions = await versionsOf(api, id);
      const from = await definitionOf(api, id, pick(versions, flags.from, 1));
      const to = await definitionOf(api, id, pick(versions, flags.to, 0));
      const changes = changesBetween(from, to);
      const rows = changes.map(({ path, before, after }) => [path, shown(before), shown(after)]);
      const table =
        rows.length > 0 ? printTable(['field', 'before', 'after'], rows) : 'There is no difference.\n';
      terminal.out(flags.json ? printJson(changes) : table);
      return 0;
    }),
});

export const rollback = flagCommand({
  flags: {
    ...marathonFlags,
    json,
    to: text({ help: 'the version to go back to; without it the one before', value: 'VERSION' }),
    force: toggle({ help: 'override a running deployment', fallback: false }),
    ...watchFlag,
  },
  positionals: ['app'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withMarathon(flags, async (api) => {
      const { id } = await findApp(api, word);
      const version = pick(await versionsOf(api, id), flags.to, 1);
      await watchChange(api, flags, terminal, async () => {
        const result = await api.json('PUT', `${appPath(id)}?force=${flags.force}`, { version });
        terminal.out(flags.json ? printJson(result) : `${id} goes back to ${version}\n`);
        return [(result as DeploymentResult).deploymentId];
      });
      return 0;
    }),
});
