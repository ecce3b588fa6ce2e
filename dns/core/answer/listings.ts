/**
 * The listings of the HTTP interface: names, services and the whole zone in the shapes of the original.
 */

import type { TaskFacts } from '../facts/cluster-facts';
import type { LiveZone } from '../live/live-zone';
import { emitAgent } from '../records/agent-records';
import { emitFramework } from '../records/framework-records';
import { emitMasters } from '../records/master-records';
import { emitServer } from '../records/server-records';
import { taskEntry } from '../records/task-entry';
import { emitTask } from '../records/task-records';
import type { RecordSink, TaskRecordSink } from '../zone/record-sink';
import type { Zone, ZoneHead, ZoneNode } from '../zone/zone';
import { isAnswered } from './answer';

/** A name as clients of the interface write it: any case, final dot or not, `.*` cut out as everywhere. */
export function queryName(text: string): string {
  const name = text.toLowerCase().replaceAll('.*', '');
  // A pattern for dots at the end costs the square of the number of dots in other places.
  let end = name.length;
  while (name[end - 1] === '.') end--;
  return name.slice(0, end);
}

export interface HostEntry {
  readonly host: string;
  readonly ip: string;
}

/** `/v1/hosts/{name}`: A first, then AAAA; one empty entry when there is nothing. */
export function listHosts(zone: Zone | undefined, path: string): readonly HostEntry[] {
  const name = queryName(path);
  const node = zone?.node(name);
  const entries = [...(node?.a ?? []), ...(node?.aaaa ?? [])].map((ip) => ({ host: `${name}.`, ip }));
  return entries.length > 0 ? entries : [{ host: '', ip: '' }];
}

export interface ServiceEntry {
  readonly service: string;
  readonly host: string;
  readonly ip: string;
  readonly port: string;
}

/** `/v1/services/{name}`: for each service one A and one AAAA of its target. */
export function listServices(zone: Zone | undefined, path: string): readonly ServiceEntry[] {
  const services = zone?.node(queryName(path))?.services.filter(isAnswered) ?? [];
  const entries = services.flatMap(({ port, target }) => {
    const node = zone?.node(target);
    const ips = [node?.a[0], node?.aaaa[0]].filter((ip) => ip !== undefined);
    return ips.map((ip) => ({ service: path, host: `${target}.`, ip, port: String(port) }));
  });
  return entries.length > 0 ? entries : [{ service: '', host: '', ip: '', port: '' }];
}

interface ListedRecord {
  readonly name: string;
  readonly host: string;
  readonly rtype: 'A' | 'AAAA' | 'SRV';
}

/** `/v1/enumerate`: the records of each task, without those that something before it has already. */
export function listTasks(live: LiveZone | undefined): object {
  if (!live) return { frameworks: null };
  const { cluster, context } = live;
  const seen = new Set<string>();
  let records: ListedRecord[] = [];
  const sink = listingSink(seen, (record) => void records.push(record));
  emitServer(context, sink);
  emitMasters(context, sink);
  for (const agent of cluster.agents.values()) emitAgent(context, sink, agent);
  for (const framework of cluster.frameworks.values()) emitFramework(context, sink, framework);
  const tasks = tasksByFramework(live);
  const frameworks = [...cluster.frameworks.values()].map(({ id, name }) => ({
    tasks: (tasks.get(id) ?? []).map((task) => {
      records = [];
      const entry = taskEntry(context, task);
      if (entry) emitTask(context.options, sink, entry);
      return { name: task.name, id: task.id, records: records.length === 0 ? null : records };
    }),
    name,
  }));
  // The original's list starts as none at all.
  return { frameworks: frameworks.length > 0 ? frameworks : null };
}

/** The tasks that are listed, in the order of the document. */
function tasksByFramework({ cluster }: LiveZone): Map<string, TaskFacts[]> {
  const tasks = new Map<string, TaskFacts[]>();
  for (const task of cluster.tasks.values()) {
    if (task.state !== 'TASK_RUNNING' || !cluster.agents.has(task.agentId)) continue;
    const existing = tasks.get(task.frameworkId);
    if (existing) existing.push(task);
    else tasks.set(task.frameworkId, [task]);
  }
  return tasks;
}

/** A sink that hands on each record once. */
function listingSink(seen: Set<string>, add: (record: ListedRecord) => void): TaskRecordSink {
  const list = (record: ListedRecord): void => {
    const key = `${record.name} ${record.rtype} ${record.host}`;
    if (seen.has(key)) return;
    seen.add(key);
    add(record);
  };
  const sink: RecordSink = {
    address: (name, host) => list({ name: `${name}.`, host, rtype: host.includes(':') ? 'AAAA' : 'A' }),
    service: (name, { port, target }) => list({ name: `${name}.`, host: `${target}.:${port}`, rtype: 'SRV' }),
    exists: () => undefined,
  };
  return { ...sink, unhealthy: sink };
}

/** `/v1/axfr`: the whole zone, each name with its values, in the order of the names. */
export function listZone(
  zone: ZoneHead | undefined,
  entries: Iterable<readonly [string, ZoneNode]>,
  refreshSeconds: number,
): object {
  const lists: Record<'As' | 'AAAAs' | 'SRVs', [string, readonly string[]][]> = {
    As: [],
    AAAAs: [],
    SRVs: [],
  };
  for (const [name, { a, aaaa, services }] of entries) {
    const fullName = `${name}.`;
    if (a.length > 0) lists.As.push([fullName, a]);
    if (aaaa.length > 0) lists.AAAAs.push([fullName, aaaa]);
    if (services.length > 0)
      lists.SRVs.push([fullName, services.map(({ port, target }) => `${target}.:${port}`)]);
  }
  return {
    TTL: zone?.authority.ttl ?? 0,
    Serial: zone?.authority.serial ?? 0,
    RefreshSeconds: refreshSeconds,
    Mname: zone ? `${zone.authority.mname}.` : '',
    Rname: zone ? `${zone.authority.rname}.` : '',
    Domain: zone?.domain ?? '',
    Records: {
      As: byName(lists.As),
      AAAAs: byName(lists.AAAAs),
      SRVs: byName(lists.SRVs),
    },
  };
}

function byName(entries: readonly [string, readonly string[]][]): object {
  return Object.fromEntries([...entries].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The original's layout: every line but the first begins with one blank more, and what HTML would read is escaped. */
export function printJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1).replaceAll('\n', '\n ');
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
