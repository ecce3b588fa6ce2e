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
import type { AgentId } from '../../../model/ids';
import type { Millis } from '../../../model/time';
import { bringDown, bringUp, replaceSchedule } from './machines';
import { isDefault } from './quota-config';

export interface RegistryRecord {
  master: mesos.MasterInfo | undefined;
  /** Admitted agents, as they described themselves. */
  readonly agents: Map<AgentId, internal.SlaveInfo>;
  /** Unreachable agents and since when, oldest first. */
  readonly unreachable: Map<AgentId, Millis>;
  /** Agents that an operator marked gone and since when, oldest first. */
  readonly gone: Map<AgentId, Millis>;
  /** Deactivated agents, admitted or unreachable. */
  readonly deactivated: Set<AgentId>;
  /** Agents that are DRAINING or DRAINED, admitted or unreachable. */
  readonly drains: Map<AgentId, mesos.DrainInfo>;
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

/** The effect of each kind of change. One that no longer fits, since another change was stored first, has no effect. */
const CHANGES = {
  master: (record: RegistryRecord, { info }: { readonly info: mesos.MasterInfo }) => {
    record.master = info;
  },
  admit,
  update: (record: RegistryRecord, change: AgentInfo) => {
    if (change.info.id && record.agents.has(change.info.id.value)) admit(record, change);
  },
  unreachable: (record: RegistryRecord, { agentId, at }: AgentLoss) => {
    if (record.agents.delete(agentId)) record.unreachable.set(agentId, at);
  },
  reachable: admit,
  remove: (record: RegistryRecord, { agentId }: AgentName) => {
    record.unreachable.delete(agentId);
    forget(record, agentId);
  },
  gone: (record: RegistryRecord, { agentId, at }: AgentLoss) => {
    record.unreachable.delete(agentId);
    forget(record, agentId);
    record.gone.set(agentId, at);
  },
  deactivated: (
    record: RegistryRecord,
    { agentId, deactivated }: AgentName & { readonly deactivated: boolean },
  ) => setDeactivated(record, agentId, deactivated),
  drain: (record: RegistryRecord, { agentId, info }: AgentName & { readonly info: mesos.DrainInfo }) => {
    if (!isKept(record, agentId)) return;
    setDeactivated(record, agentId, true);
    record.drains.set(agentId, info);
  },
  drained: (record: RegistryRecord, { agentId }: AgentName) => setDrained(record, agentId),
  prune,
  schedule: (record: RegistryRecord, { schedule }: { readonly schedule: maintenance.Schedule }) =>
    replaceSchedule(record, schedule),
  'machines.down': (record: RegistryRecord, { machines }: Machines) => bringDown(record, machines),
  'machines.up': (record: RegistryRecord, { machines }: Machines) => bringUp(record, machines),
  quota: (record: RegistryRecord, { configs }: { readonly configs: readonly QuotaConfig[] }) =>
    setQuotas(record, configs),
  weights: (record: RegistryRecord, { weights }: { readonly weights: readonly RoleWeight[] }) => {
    for (const { role, weight } of weights) record.weights.set(role, weight);
  },
};

interface AgentName {
  readonly agentId: AgentId;
}

interface AgentLoss extends AgentName {
  readonly at: Millis;
}

interface AgentInfo {
  readonly info: internal.SlaveInfo;
}

interface Machines {
  readonly machines: readonly mesos.MachineID[];
}

interface RoleWeight {
  readonly role: string;
  readonly weight: number;
}

type Changes = { readonly [K in keyof typeof CHANGES]: Parameters<(typeof CHANGES)[K]>[1] };

/** A change of the registry, as plain data: the kind and what its row in CHANGES takes. */
export type RegistryChange = {
  [K in keyof Changes]: { readonly kind: K } & Changes[K];
}[keyof Changes];

/** Changes the record. */
export function applyChange(record: RegistryRecord, change: RegistryChange): void {
  const apply = CHANGES[change.kind] as (record: RegistryRecord, change: RegistryChange) => void;
  apply(record, change);
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

function isKept(record: RegistryRecord, agentId: AgentId): boolean {
  return record.agents.has(agentId) || record.unreachable.has(agentId);
}

function admit(record: RegistryRecord, { info }: AgentInfo): void {
  if (!info.id) return;
  record.unreachable.delete(info.id.value);
  record.agents.set(info.id.value, info);
}

/** Removes an agent with its operator settings. An agent that becomes unreachable keeps these, for its return. */
function forget(record: RegistryRecord, agentId: AgentId): void {
  record.agents.delete(agentId);
  record.drains.delete(agentId);
  setDeactivated(record, agentId, false);
}

/**
 * Deactivates or reactivates an agent. While any is deactivated, a master that does not know deactivation must not take
 * over: it would offer these agents.
 */
function setDeactivated(record: RegistryRecord, agentId: AgentId, deactivated: boolean): void {
  if (deactivated && isKept(record, agentId)) {
    record.deactivated.add(agentId);
    record.minimumCapabilities.add('AGENT_DRAINING');
  }
  if (deactivated) return;
  const was = record.deactivated.delete(agentId);
  record.drains.delete(agentId);
  if (was && record.deactivated.size === 0) record.minimumCapabilities.delete('AGENT_DRAINING');
}

function setDrained(record: RegistryRecord, agentId: AgentId): void {
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
