/**
 * The registry as it is stored: `mesos.internal.Registry`, the form of the original (Mesos 1.11
 * src/master/registry.proto).
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';
import { machineKey } from './machines';
import type { RegistryRecord } from './record';

type Stored = internal.Registry;

/** Reads what the master before has stored. */
export function loadRecord(record: RegistryRecord, stored: Stored): void {
  record.master = stored.master?.info;
  for (const { info, deactivated, drain_info } of stored.slaves?.slaves ?? []) {
    if (!info.id) continue;
    record.agents.set(info.id.value, info);
    loadOperatorIntent(record, info.id.value, { deactivated, drain_info });
  }
  for (const { id, timestamp, ...intent } of stored.unreachable?.slaves ?? []) {
    record.unreachable.set(id.value, millisOf(timestamp));
    loadOperatorIntent(record, id.value, intent);
  }
  for (const { id, timestamp } of stored.gone?.slaves ?? []) record.gone.set(id.value, millisOf(timestamp));
  for (const { info } of stored.weights ?? []) record.weights.set(info.role ?? '*', info.weight);
  for (const config of stored.quota_configs ?? []) record.quotas.set(config.role, config);
  for (const { info } of stored.machines?.machines ?? []) record.machines.set(machineKey(info.id), info);
  record.schedules = stored.schedules ?? [];
  for (const { capability } of stored.minimum_capabilities ?? []) record.minimumCapabilities.add(capability);
}

interface OperatorIntent {
  readonly deactivated?: boolean | undefined;
  readonly drain_info?: mesos.DrainInfo | undefined;
}

function loadOperatorIntent(
  record: RegistryRecord,
  id: string,
  { deactivated, drain_info }: OperatorIntent,
): void {
  if (deactivated) record.deactivated.add(id);
  if (drain_info) record.drains.set(id, drain_info);
}

function millisOf({ nanoseconds }: mesos.TimeInfo): Millis {
  return Number(nanoseconds) / 1e6;
}

/** The registry as it is stored. */
export function writeRecord(record: RegistryRecord): Stored {
  const intent = (id: string): OperatorIntent => ({
    deactivated: record.deactivated.has(id) || undefined,
    drain_info: record.drains.get(id),
  });
  const entry = ([id, since]: [string, Millis]): { id: mesos.AgentID; timestamp: mesos.TimeInfo } => ({
    id: { value: id },
    timestamp: { nanoseconds: BigInt(Math.round(since)) * 1_000_000n },
  });
  return {
    master: record.master && { info: record.master },
    slaves: { slaves: [...record.agents].map(([id, info]) => ({ info, ...intent(id) })) },
    unreachable: {
      slaves: [...record.unreachable].map((agentEntry) => ({
        ...entry(agentEntry),
        ...intent(agentEntry[0]),
      })),
    },
    gone: { slaves: [...record.gone].map(entry) },
    weights: [...record.weights].map(([role, weight]) => ({ info: { role, weight } })),
    quota_configs: [...record.quotas.values()],
    machines: { machines: [...record.machines.values()].map((info) => ({ info })) },
    schedules: record.schedules,
    minimum_capabilities: [...record.minimumCapabilities].map((capability) => ({ capability })),
  };
}
