/**
 * The zone as lists: the shapes of the HTTP interface (those of the original).
 */

import { answer } from './answer';
import type { Zone, ZoneNode } from './book';
import { type AddressRecord, type SrvRecord, TYPE } from './records';

/** A name as clients of the interface write it: any case, final dot or not. */
export function askedName(text: string): string {
  return text.toLowerCase().replace(/\.+$/, '');
}

export interface HostEntry {
  readonly host: string;
  readonly ip: string;
}

/** `/v1/hosts/{name}`: A first, then AAAA; one empty entry when there is nothing. */
export function listHosts(zone: Zone | undefined, asked: string): readonly HostEntry[] {
  const name = askedName(asked);
  const found = zone
    ? addressRecords(zone, name).map(({ address }) => ({ host: `${name}.`, ip: address }))
    : [];
  return found.length > 0 ? found : [{ host: '', ip: '' }];
}

export interface ServiceEntry {
  readonly service: string;
  readonly host: string;
  readonly ip: string;
  readonly port: string;
}

/** `/v1/services/{name}`: for each service one A and one AAAA of its target. */
export function listServices(zone: Zone | undefined, asked: string): readonly ServiceEntry[] {
  const found = zone ? answer(zone, askedName(asked), TYPE.SRV).answers : [];
  const entries = found
    .filter((record): record is SrvRecord => record.kind === 'SRV')
    .flatMap((record) =>
      firstOfEach(zone ? addressRecords(zone, record.target) : []).map((ip) => ({
        service: asked,
        host: `${record.target}.`,
        ip,
        port: String(record.port),
      })),
    );
  return entries.length > 0 ? entries : [{ service: '', host: '', ip: '', port: '' }];
}

/** `/v1/enumerate`: what each task made. */
export function listTasks(zone: Zone | undefined): object {
  const frameworks = (zone?.frameworks ?? []).map(({ name, tasks }) => ({
    tasks: tasks.map((task) => ({
      name: task.name,
      id: task.id,
      records:
        task.records.length === 0
          ? null
          : task.records.map(({ name, host, rtype }) => ({ name: `${name}.`, host, rtype })),
    })),
    name,
  }));
  return { frameworks };
}

/** `/v1/axfr`: the whole zone, each name with its values. */
export function listZone(zone: Zone | undefined, refreshSeconds: number): object {
  const nodes = [...(zone?.nodes ?? [])];
  const list = (values: (node: ZoneNode) => string[]): Record<string, string[]> =>
    Object.fromEntries(
      nodes.map(([name, node]) => [`${name}.`, values(node)]).filter(([, texts]) => texts?.length),
    );
  const records = {
    As: list((node) => [...node.a]),
    AAAAs: list((node) => [...node.aaaa]),
    SRVs: list((node) => [...node.srv.values()].map(({ port, target }) => `${target}.:${port}`)),
  };
  return {
    TTL: zone?.authority.ttl ?? 0,
    Serial: zone?.authority.serial ?? 0,
    RefreshSeconds: refreshSeconds,
    Mname: zone ? `${zone.authority.primary}.` : '',
    Rname: zone ? `${zone.authority.admin}.` : '',
    Domain: zone?.domain ?? '',
    Records: records,
  };
}

function addressRecords(zone: Zone, name: string): AddressRecord[] {
  return [TYPE.A, TYPE.AAAA].flatMap((type) =>
    answer(zone, name, type).answers.filter(
      (record): record is AddressRecord => record.kind === 'A' || record.kind === 'AAAA',
    ),
  );
}

function firstOfEach(records: readonly AddressRecord[]): string[] {
  return (['A', 'AAAA'] as const).flatMap(
    (kind) => records.find((record) => record.kind === kind)?.address ?? [],
  );
}
