/** `meseta pod list|show|status|versions`: pods as Marathon has them. */

import { listCommand } from '../list';
import { marathonFlags, withMarathon } from '../marathon-api';
import { labelFacts, printFacts, printTable } from '../print';
import { changesBetween } from './app-history';
import {
  findPod,
  type PodStatusView,
  type PodView,
  podPath,
  readStatus,
  readStatuses,
  stableInstances,
} from './pod-views';

function stable(pod: PodStatusView): string {
  return `${stableInstances(pod)}/${pod.spec.scaling.instances}`;
}

function total({ containers }: PodView, name: 'cpus' | 'mem'): number {
  return containers.reduce((sum, { resources }) => sum + Math.round(resources[name] * 1000), 0) / 1000;
}

export const list = listCommand({
  flags: marathonFlags,
  read: (flags) => withMarathon(flags, readStatuses),
  print: (pods) => {
    if (pods.length === 0) return "There are no pods. Make one with 'meseta pod create FILE'.\n";
    const rows = pods.map((pod) => [
      pod.id,
      pod.status,
      stable(pod),
      pod.spec.containers.map(({ name }) => name).join(','),
      String(total(pod.spec, 'cpus')),
      String(total(pod.spec, 'mem')),
    ]);
    return printTable(['id', 'status', 'stable', 'containers', 'cpus', 'mem'], rows);
  },
});

const readOne = (flags: Parameters<typeof withMarathon>[0], word: string): Promise<PodStatusView> =>
  withMarathon(flags, async (api) => readStatus(api, await findPod(api, word)));

export const show = listCommand({
  flags: marathonFlags,
  positionals: ['pod'],
  read: (flags, [word = '']) => readOne(flags, word),
  print: (pod) => {
    const { spec } = pod;
    const [last] = pod.terminationHistory;
    const facts: [string, string | undefined][] = [
      ['id', spec.id],
      ['status', `${pod.status} since ${pod.statusSince}`],
      ['stable', stable(pod)],
      ['version', spec.version],
      ['role', spec.role],
      ['resources', `${total(spec, 'cpus')} cpus, ${total(spec, 'mem')} MB`],
      ...labelFacts(spec.labels ?? {}),
      ['failed', last && `${last.terminatedAt} ${last.instanceID}: ${last.message ?? ''}`],
    ];
    const rows = spec.containers.map(({ name, image, resources }) => [
      name,
      image?.id ?? '-',
      String(resources.cpus),
      String(resources.mem),
    ]);
    return `${printFacts(facts, 10)}\n${printTable(['container', 'image', 'cpus', 'mem'], rows)}`;
  },
});

export const status = listCommand({
  flags: marathonFlags,
  positionals: ['pod'],
  read: (flags, [word = '']) => readOne(flags, word),
  print: (pod) => {
    const instances = pod.instances.map((instance) => [
      instance.id,
      instance.status,
      instance.agentHostname ?? '-',
      instance.networks.flatMap(({ addresses }) => addresses).join(','),
      instance.message ?? '',
    ]);
    const containers = pod.instances.flatMap(({ id, containers: parts }) =>
      parts.map((part) => [
        id.slice(id.lastIndexOf('.') + 1),
        part.name,
        part.status,
        part.conditions.find(({ name }) => name === 'healthy')?.value ?? '-',
        part.endpoints.map(({ name, allocatedHostPort = '-' }) => `${name}:${allocatedHostPort}`).join(','),
        part.statusSince,
      ]),
    );
    const volumes = pod.instances.flatMap(({ id, localVolumes = [] }) =>
      localVolumes.map(({ containerPath, persistenceId }) => [
        id.slice(id.lastIndexOf('.') + 1),
        containerPath,
        persistenceId,
      ]),
    );
    return [
      `${pod.id} ${pod.status}, ${stable(pod)} stable\n`,
      printTable(['instance', 'status', 'host', 'addresses', ''], instances),
      printTable(['instance', 'container', 'state', 'healthy', 'endpoints', 'since'], containers),
      ...(volumes.length > 0 ? [printTable(['instance', 'volume', 'persistence id'], volumes)] : []),
    ].join('\n');
  },
});

export const versions = listCommand({
  flags: marathonFlags,
  positionals: ['pod'],
  read: (flags, [word = '']) =>
    withMarathon(flags, async (api) => {
      const path = podPath(await findPod(api, word));
      const names = (await api.json('GET', `${path}::versions`)) as readonly string[];
      const pods = await Promise.all(
        names.map((name) => api.json('GET', `${path}::versions/${encodeURIComponent(name)}`)),
      );
      return (pods as PodView[]).map((pod, index) => ({
        version: pod.version,
        instances: pod.scaling.instances,
        changes: index + 1 < pods.length ? changesBetween(pods[index + 1], pod).map(pathOf) : ['made'],
      }));
    }),
  print: (pods) => {
    const rows = pods.map(({ version, instances, changes }) => [
      version,
      String(instances),
      changes.join(', '),
    ]);
    return printTable(['version', 'instances', 'changed'], rows);
  },
});

function pathOf({ path }: { readonly path: string }): string {
  return path.slice(1);
}
