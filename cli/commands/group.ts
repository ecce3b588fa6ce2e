/** `meseta group list|show|update|delete`: groups of apps, and changes of them as a whole. */

import { toggle, UsageError } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { flagCommand, type Terminal } from '../command';
import { type DeploymentResult, watchChange, watchFlag } from '../deployment-watch';
import { readJsonFile } from '../json-file';
import { listCommand } from '../list';
import { type AppView, json, type MarathonTarget, marathonFlags, withMarathon } from '../marathon-api';
import { printFacts, printJson, printTable } from '../print';

export interface GroupView {
  readonly id: string;
  readonly apps: readonly AppView[];
  readonly groups: readonly GroupView[];
  readonly dependencies: readonly string[];
  readonly version: string;
  readonly enforceRole?: boolean;
}

const EMBED = ['groups', 'apps', 'apps.counts', 'apps.deployments']
  .map((name) => `embed=group.${name}`)
  .join('&');

/** The path of a group; the root without an id. */
export function groupPath(id: string): string {
  const parts = id.split('/').filter(Boolean).map(encodeURIComponent);
  return ['/v2/groups', ...parts].join('/');
}

async function readGroup(target: MarathonTarget, id: string): Promise<GroupView> {
  return (await withMarathon(target, (api) => api.json('GET', `${groupPath(id)}?${EMBED}`))) as GroupView;
}

/** A group and all groups below it. */
function flatten(group: GroupView): GroupView[] {
  return [group, ...group.groups.flatMap(flatten)];
}

function appsBelow(group: GroupView): AppView[] {
  return flatten(group).flatMap(({ apps }) => apps);
}

function total(apps: readonly AppView[], of: 'instances' | 'tasksRunning'): number {
  return apps.reduce((sum, app) => sum + app[of], 0);
}

function status(apps: readonly AppView[]): string {
  if (apps.some(({ deployments }) => deployments.length > 0)) return 'deploying';
  return total(apps, 'tasksRunning') < total(apps, 'instances') ? 'waiting' : 'running';
}

export const list = listCommand({
  flags: marathonFlags,
  read: async (flags) => flatten(await readGroup(flags, '/')),
  print: (groups) => {
    const rows = groups.map((group) => {
      const apps = appsBelow(group);
      const running = `${total(apps, 'tasksRunning')}/${total(apps, 'instances')}`;
      return [group.id, apps.length === 0 ? 'empty' : status(apps), String(apps.length), running];
    });
    return printTable(['id', 'status', 'apps', 'running'], rows);
  },
});

export const show = listCommand({
  flags: marathonFlags,
  positionals: ['id'],
  read: (flags, [id = '/']) => readGroup(flags, id),
  print: (group) => {
    const facts: [string, string][] = [
      ['id', group.id],
      ['version', group.version],
      ...(group.dependencies.length > 0
        ? [['needs', group.dependencies.join(', ')] as [string, string]]
        : []),
      ...(group.enforceRole ? [['role', `${group.id.slice(1)}, enforced`] as [string, string]] : []),
    ];
    const rows = appsBelow(group).map((app) => [
      app.id,
      status([app]),
      `${app.tasksRunning}/${app.instances}`,
    ]);
    return `${printFacts(facts, 10)}\n${printTable(['app', 'status', 'running'], rows)}`;
  },
});

const changeFlags = {
  ...marathonFlags,
  json,
  force: toggle({ help: 'override a running deployment', fallback: false }),
  ...watchFlag,
};
type ChangeFlags = MarathonTarget & {
  readonly json: boolean;
  readonly force: boolean;
  readonly watch: boolean;
};

interface GroupChange {
  readonly method: 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The sentence for people. */
  readonly words: string;
}

async function perform(
  api: Api,
  change: GroupChange,
  flags: ChangeFlags,
  terminal: Terminal,
): Promise<number> {
  const { method, path, body, words } = change;
  await watchChange(api, flags, terminal, async () => {
    const result = await api.json(method, `${path}?force=${flags.force}`, body);
    terminal.out(flags.json ? printJson(result) : `${words}\n`);
    return [(result as DeploymentResult).deploymentId];
  });
  return 0;
}

/** The id that a definition of a group names. */
function groupIn(body: unknown, file: string): string {
  const id = body !== null && typeof body === 'object' && 'id' in body ? body.id : undefined;
  if (typeof id === 'string' && id !== '') return `/${id.replace(/^\/+/, '')}`;
  throw new UsageError(`${file} names no group: give it a field "id", such as "/shop"`);
}

export const update = flagCommand({
  flags: changeFlags,
  positionals: ['file'],
  run: ({ flags, positionals: [file = ''] }, terminal) => {
    const body = readJsonFile(file);
    const id = groupIn(body, file);
    return withMarathon(flags, async (api) => {
      const request = { method: 'PUT', path: '/v2/groups', body: { ...(body as object), id } } as const;
      return await perform(api, { ...request, words: `${id} is being deployed` }, flags, terminal);
    });
  },
});

export const remove = flagCommand({
  flags: changeFlags,
  positionals: ['id'],
  run: ({ flags, positionals: [id = ''] }, terminal) => {
    const path = groupPath(id);
    // An empty variable of a script must not stand for all apps.
    if (path === groupPath('/') && id !== '/')
      throw new UsageError(`"${id}" names no group: give its id, such as /shop; / removes all apps`);
    return withMarathon(flags, async (api) => {
      return await perform(api, { method: 'DELETE', path, words: `${id} is being removed` }, flags, terminal);
    });
  },
});
