/** `meseta group list|show|update|delete`: groups of apps, and changes of them as a whole. */

import { toggle, UsageError } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { flagCommand, type Terminal } from '../command';
import { readJsonFile } from '../json-file';
import { listCommand } from '../list';
import { type AppView, json, type MarathonTarget, marathonFlags, withMarathon } from '../marathon-api';
import { printFacts, printJson, printTable } from '../print';
import { type DeploymentResult, watchDeployment } from './deployment';

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
  watch: toggle({ help: 'follow the deployment until it has ended', fallback: false }),
};
type ChangeFlags = MarathonTarget & { readonly json: boolean; readonly watch: boolean };

async function report(
  api: Api,
  { result, words }: { result: unknown; words: string },
  flags: ChangeFlags,
  terminal: Terminal,
): Promise<number> {
  terminal.out(flags.json ? printJson(result) : `${words}\n`);
  const { deploymentId } = result as DeploymentResult;
  if (flags.watch) await watchDeployment(api, deploymentId, (line) => terminal.err(`${line}\n`));
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
      const result = await api.json('PUT', `/v2/groups?force=${flags.force}`, { ...(body as object), id });
      return await report(api, { result, words: `${id} is being deployed` }, flags, terminal);
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
      const result = await api.json('DELETE', `${path}?force=${flags.force}`);
      return await report(api, { result, words: `${id} is being removed` }, flags, terminal);
    });
  },
});
