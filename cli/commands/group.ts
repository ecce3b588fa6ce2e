/** `meseta group list|show|update|delete`: groups of apps, and changes of them as a whole. */

import { toggle, UsageError } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { flagCommand, type Terminal } from '../command';
import { type DeploymentResult, watchChange, watchFlag } from '../deployment-watch';
import { listCommand } from '../list';
import { type AppView, json, type MarathonTarget, marathonFlags, withMarathon } from '../marathon-api';
import { printFacts, printJson, printTable } from '../print';
import { readDefinition, unknownFlag } from './definition-file';
import { type PodStatusView, stableInstances } from './pod-views';

export interface GroupView {
  readonly id: string;
  readonly apps: readonly AppView[];
  readonly pods?: readonly PodStatusView[];
  readonly groups: readonly GroupView[];
  readonly dependencies: readonly string[];
  readonly version: string;
  readonly enforceRole?: boolean;
}

const EMBED = ['groups', 'pods', 'apps', 'apps.counts', 'apps.deployments']
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

/** An app or a pod, as far as the table of a group tells of it. */
interface Service {
  readonly id: string;
  readonly isDeploying: boolean;
  readonly running: number;
  readonly wanted: number;
}

const serviceOfApp = ({ id, deployments, tasksRunning, instances }: AppView): Service => ({
  id,
  isDeploying: deployments.length > 0,
  running: tasksRunning,
  wanted: instances,
});

/** Pods do not name their deployments. */
const serviceOfPod = (pod: PodStatusView): Service => ({
  id: pod.id,
  isDeploying: false,
  running: stableInstances(pod),
  wanted: pod.spec.scaling.instances,
});

function servicesBelow(group: GroupView): Service[] {
  return flatten(group).flatMap(({ apps, pods = [] }) => [
    ...apps.map(serviceOfApp),
    ...pods.map(serviceOfPod),
  ]);
}

/** The columns of a table: what services do, and how many instances of them run. */
function summary(services: readonly Service[]): [string, string] {
  const sum = (of: 'running' | 'wanted'): number =>
    services.reduce((total, service) => total + service[of], 0);
  return [statusOf(services, sum('running') < sum('wanted')), `${sum('running')}/${sum('wanted')}`];
}

function statusOf(services: readonly Service[], isShort: boolean): string {
  if (services.length === 0) return 'empty';
  if (services.some(({ isDeploying }) => isDeploying)) return 'deploying';
  return isShort ? 'waiting' : 'running';
}

export const list = listCommand({
  flags: marathonFlags,
  read: async (flags) => flatten(await readGroup(flags, '/')),
  print: (groups) => {
    const rows = groups.map((group) => {
      const [status, running] = summary(servicesBelow(group));
      const count = (of: 'apps' | 'pods'): string =>
        String(flatten(group).reduce((sum, each) => sum + (each[of]?.length ?? 0), 0));
      return [group.id, status, count('apps'), count('pods'), running];
    });
    return printTable(['id', 'status', 'apps', 'pods', 'running'], rows);
  },
});

export const show = listCommand({
  flags: marathonFlags,
  positionals: ['group'],
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
    const rows = servicesBelow(group).map((service) => [service.id, ...summary([service])]);
    return `${printFacts(facts, 10)}\n${printTable(['app or pod', 'status', 'running'], rows)}`;
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

export const update = flagCommand({
  flags: { ...changeFlags, ...unknownFlag },
  positionals: ['file'],
  run: ({ flags, positionals: [file = ''] }, terminal) => {
    const { id, body } = readDefinition(file, 'group', flags);
    return withMarathon(flags, async (api) => {
      const request = { method: 'PUT', path: '/v2/groups', body } as const;
      return await perform(api, { ...request, words: `${id} is being deployed` }, flags, terminal);
    });
  },
});

export const remove = flagCommand({
  flags: changeFlags,
  positionals: ['group'],
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
