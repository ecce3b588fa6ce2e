/**
 * The registry, and the effect of each change on it: lists of agents, machines under maintenance, weights,
 * and the capabilities a master needs to take it over.
 *
 * Always true: an agent is in at most one of agents, unreachable and gone (rules of Mesos 1.11
 * src/master/registry_operations.cpp).
 */

import type * as internal from '../../../api/generated/internal';
import type * as maintenance from '../../../api/generated/maintenance';
import type * as mesos from '../../../api/generated/mesos';
import type { QuotaConfig } from '../../../api/generated/quota';
import type { Millis } from '../../../model/time';
import type { RegistryChange } from './changes';
import { bringDown, bringUp, replaceSchedule } from './machines';
import { isDefault } from './quota-config';

export interface RegistryRecord {
  master: mesos.MasterInfo | undefined;
  /** Admitted agents, as they described themselves. */
  readonly agents: Map<string, internal.SlaveInfo>;
  /** Unreachable agents and since when, oldest first. */
  readonly unreachable: Map<string, Millis>;
  /** Agents given up by an operator and since when, oldest first. */
  readonly gone: Map<string, Millis>;
  /** Agents, admitted or unreachable, that get no offers because an operator said so. */
  readonly deactivated: Set<string>;
  /** Agents, admitted or unreachable, that are being emptied, or are empty. */
  readonly drains: Map<string, mesos.DrainInfo>;
  /** Weights other than 1, by role. */
  readonly weights: Map<string, number>;
  /** Quotas that say anything, by role. */
  readonly quotas: Map<string, QuotaConfig>;
  /** Machines that are not simply up, by machineKey. */
  readonly machines: Map<string, mesos.MachineInfo>;
  /** At most one. */
  schedules: readonly maintenance.Schedule[];
  /** Capabilities, by name, without which a master must not read the rest. */
  readonly minimumCapabilities: Set<string>;
}

export function emptyRecord(): RegistryRecord {
  return {
    master: undefined,
    agents: new Map(),
    unreachable: new Map(),
    gone: new Map(),
    deactivated: new Set(),
    drains: new Map(),
    weights: new Map(),
    quotas: new Map(),
    machines: new Map(),
    schedules: [],
    minimumCapabilities: new Set(),
  };
}

/** Changes the record. What does not fit any more, since something else came first, changes nothing. */
export function applyChange(record: RegistryRecord, change: RegistryChange): void {
  switch (change.kind) {
    case 'master':
      record.master = change.info;
      return;
    case 'weights':
      for (const { role, weight } of change.weights) record.weights.set(role, weight);
      return;
    case 'quota':
      return setQuotas(record, change.configs);
    case 'schedule':
      return replaceSchedule(record, change.schedule);
    case 'machines.down':
      return bringDown(record, change.machines);
    case 'machines.up':
      return bringUp(record, change.machines);
    case 'prune':
      return prune(record, change);
    default:
      return applyAgentChange(record, change);
  }
}

type AgentChange = Exclude<
  RegistryChange,
  { kind: 'master' | 'weights' | 'quota' | 'schedule' | 'machines.down' | 'machines.up' | 'prune' }
>;

function applyAgentChange(record: RegistryRecord, change: AgentChange): void {
  switch (change.kind) {
    case 'admit':
    case 'reachable':
      return admit(record, change.info);
    case 'update':
      if (record.agents.has(change.info.id?.value ?? '')) admit(record, change.info);
      return;
    case 'unreachable':
      if (record.agents.delete(change.agentId)) record.unreachable.set(change.agentId, change.at);
      return;
    case 'remove':
      record.unreachable.delete(change.agentId);
      return forget(record, change.agentId);
    case 'gone':
      record.unreachable.delete(change.agentId);
      forget(record, change.agentId);
      record.gone.set(change.agentId, change.at);
      return;
    case 'deactivated':
      return setDeactivated(record, change.agentId, change.deactivated);
    case 'drain':
      if (!isKept(record, change.agentId)) return;
      setDeactivated(record, change.agentId, true);
      record.drains.set(change.agentId, change.info);
      return;
    case 'drained':
      return setDrained(record, change.agentId);
  }
}

/** A master that knows no limits would offer too much: it must not take over while there are quotas. */
function setQuotas(record: RegistryRecord, configs: readonly QuotaConfig[]): void {
  for (const config of configs) {
    if (isDefault(config)) record.quotas.delete(config.role);
    else record.quotas.set(config.role, config);
  }
  if (record.quotas.size > 0) record.minimumCapabilities.add('QUOTA_V2');
  else record.minimumCapabilities.delete('QUOTA_V2');
}

function isKept(record: RegistryRecord, agentId: string): boolean {
  return record.agents.has(agentId) || record.unreachable.has(agentId);
}

function admit(record: RegistryRecord, info: internal.SlaveInfo): void {
  if (!info.id) return;
  record.unreachable.delete(info.id.value);
  record.agents.set(info.id.value, info);
}

/** Removes an operator's settings of an agent; they stay while it is unreachable. */
function forget(record: RegistryRecord, agentId: string): void {
  record.agents.delete(agentId);
  record.drains.delete(agentId);
  setDeactivated(record, agentId, false);
}

/**
 * A master that knows nothing of deactivation would offer these agents: it must not take over while there
 * are any.
 */
function setDeactivated(record: RegistryRecord, agentId: string, deactivated: boolean): void {
  if (deactivated && isKept(record, agentId)) {
    record.deactivated.add(agentId);
    record.minimumCapabilities.add('AGENT_DRAINING');
  }
  if (deactivated) return;
  const was = record.deactivated.delete(agentId);
  record.drains.delete(agentId);
  if (was && record.deactivated.size === 0) record.minimumCapabilities.delete('AGENT_DRAINING');
}

function setDrained(record: RegistryRecord, agentId: string): void {
  const info = record.drains.get(agentId);
  if (info?.state === 'DRAINING') record.drains.set(agentId, { ...info, state: 'DRAINED' });
}

function prune(
  record: RegistryRecord,
  { unreachable, gone }: { unreachable: readonly string[]; gone: readonly string[] },
): void {
  for (const id of unreachable) {
    if (record.unreachable.delete(id)) setDeactivated(record, id, false);
  }
  for (const id of gone) record.gone.delete(id);
}
