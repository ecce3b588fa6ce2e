/**
 * The contents of the registry, and the effect of each change on them: lists of agents, machines under maintenance,
 * weights, quotas, and the capabilities that a master needs to take it over.
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
  /** Agents that an operator marked gone and since when, oldest first. */
  readonly gone: Map<string, Millis>;
  /** Deactivated agents, admitted or unreachable. */
  readonly deactivated: Set<string>;
  /** Agents that are DRAINING or DRAINED, admitted or unreachable. */
  readonly drains: Map<string, mesos.DrainInfo>;
  /** Weights other than 1, by role. */
  readonly weights: Map<string, number>;
  /** Quotas that have a guarantee or a limit, by role. */
  readonly quotas: Map<string, QuotaConfig>;
  /** Machines in the schedule, by machineKey. */
  readonly machines: Map<string, mesos.MachineInfo>;
  /** The maintenance schedule; at most one, in a list since the registry has it so. */
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

/** Applies a change. One that no longer fits, since another change was stored first, has no effect. */
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

/** Sets quotas. While there are any, a master that does not know limits must not take over: it would offer too much. */
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

/** Removes an agent with its operator settings. An agent that becomes unreachable keeps these, for its return. */
function forget(record: RegistryRecord, agentId: string): void {
  record.agents.delete(agentId);
  record.drains.delete(agentId);
  setDeactivated(record, agentId, false);
}

/**
 * Deactivates or reactivates an agent. While any is deactivated, a master that does not know deactivation must not take
 * over: it would offer these agents.
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
