/**
 * The encoder of the registry. Each agent's entry is encoded once and reused in later stores: there may be tens of
 * thousands of agents, and a store for each batch of registrations.
 *
 * Always true: the bytes are those of `mesos.internal.Registry`. A SlaveInfo is never changed in place, since its bytes
 * are remembered by identity.
 */

import type { Registry } from '../../api/generated/internal';
import { encodeProtobuf } from '../../api/protobuf';

type Entry = NonNullable<NonNullable<Registry['slaves']>['slaves']>[number];

/** The tag of `slaves`: field 2, length-delimited (Mesos 1.11 src/master/registry.proto). */
const SLAVES_TAG = 0x12;

/** Creates an encoder. It remembers the bytes of a SlaveInfo only as long as that is in use elsewhere. */
export function registryEncoder(): (registry: Registry) => Buffer {
  const bytesByInfo = new WeakMap<Entry['info'], Buffer>();
  const bytesOf = (entry: Entry): Buffer => {
    const plain = entry.deactivated === undefined && entry.drain_info === undefined;
    const before = plain ? bytesByInfo.get(entry.info) : undefined;
    if (before) return before;
    const bytes = encodeEntry(entry);
    if (plain) bytesByInfo.set(entry.info, bytes);
    return bytes;
  };
  return (registry) => {
    const entries = (registry.slaves?.slaves ?? []).map(bytesOf);
    const rest = encodeProtobuf('mesos.internal.Registry', { ...registry, slaves: undefined });
    const size = entries.reduce((sum, { length }) => sum + length, 0);
    return Buffer.concat([rest, Buffer.from([SLAVES_TAG, ...varint(size)]), ...entries]);
  };
}

/** The bytes of one entry with its tag and length: a registry of one agent without the list's own tag and length. */
function encodeEntry(entry: Entry): Buffer {
  const alone = encodeProtobuf('mesos.internal.Registry', { slaves: { slaves: [entry] } });
  let start = 1;
  while (((alone[start] ?? 0) & 0x80) !== 0) start += 1;
  return Buffer.from(alone.subarray(start + 1));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
