/**
 * Reads a master's node in ZooKeeper: JSON in `json.info_N`, the protobuf message MasterInfo in the older `info_N`.
 */

import type { HostPort } from '../facts/cluster-facts';
import { numberAt, textAt, valueAt } from './json';

const MASTER_PORT = 5050;
/** Field numbers of MasterInfo and of its address (include/mesos/mesos.proto of Mesos). */
const INFO = { ip: 2, port: 3, hostname: 5, address: 7 } as const;
const ADDRESS = { hostname: 1, ip: 2, port: 3 } as const;

/** The address of the master; undefined when the node has no MasterInfo. */
export function readMasterInfo(name: string, data: Uint8Array): HostPort | undefined {
  return name.startsWith('json.info_') ? readJson(data) : readProtobuf(data);
}

function readJson(data: Uint8Array): HostPort | undefined {
  let info: unknown;
  try {
    info = JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
  const address = valueAt(info, 'address');
  const host = textAt(address, 'ip') ?? textAt(address, 'hostname');
  const port = numberAt(address, 'port');
  if (host !== undefined && host !== '' && port !== undefined) return { host, port };
  return oldEndpoint(numberAt(info, 'ip'), numberAt(info, 'port'), textAt(info, 'hostname'));
}

/** The address in the older fields. The number `ip` has the first octet of the address in its lowest eight bits. */
function oldEndpoint(ip: number | undefined, port = MASTER_PORT, hostname?: string): HostPort | undefined {
  if (ip === undefined) return hostname ? { host: hostname, port } : undefined;
  const host = [0, 8, 16, 24].map((shift) => (ip >>> shift) & 255).join('.');
  return { host, port };
}

type Fields = ReadonlyMap<number, number | Uint8Array>;

function readProtobuf(data: Uint8Array): HostPort | undefined {
  const info = readFields(data);
  if (!info) return undefined;
  const inner = info.get(INFO.address);
  const address = inner instanceof Uint8Array ? readFields(inner) : undefined;
  const port = numberOf(address, ADDRESS.port);
  const host = textOf(address, ADDRESS.ip) ?? textOf(address, ADDRESS.hostname);
  if (host !== undefined && port !== undefined) return { host, port };
  return oldEndpoint(numberOf(info, INFO.ip), numberOf(info, INFO.port), textOf(info, INFO.hostname));
}

function numberOf(fields: Fields | undefined, field: number): number | undefined {
  const value = fields?.get(field);
  return typeof value === 'number' ? value : undefined;
}

function textOf(fields: Fields | undefined, field: number): string | undefined {
  const value = fields?.get(field);
  return value instanceof Uint8Array && value.length > 0 ? new TextDecoder().decode(value) : undefined;
}

/** The fields of a message by number, the last of each; undefined when the bytes are not a message. */
function readFields(data: Uint8Array): Fields | undefined {
  const fields = new Map<number, number | Uint8Array>();
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = data[offset++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (offset < data.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) fields.set(field, varint() % 2 ** 32);
    else if (wire === 2) {
      const length = varint();
      if (!(length <= data.length - offset)) return undefined;
      fields.set(field, data.subarray(offset, offset + length));
      offset += length;
    } else if (wire === 1 || wire === 5) offset += wire === 1 ? 8 : 4;
    else return undefined;
  }
  return fields.size > 0 ? fields : undefined;
}
