/**
 * The record of agents that outlives a master, and the changes on their way into it.
 *
 * Always true: one store is in flight at a time; changes that come meanwhile wait and go out together; what follows from a
 * change happens after it is stored (Mesos 1.11 src/master/registrar.cpp).
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';

/** What is to become of an agent's entry. */
export type RegistryChange =
  | { readonly kind: 'master'; readonly info: mesos.MasterInfo }
  | { readonly kind: 'admit'; readonly info: internal.SlaveInfo }
  | { readonly kind: 'update'; readonly info: internal.SlaveInfo }
  | { readonly kind: 'unreachable'; readonly agentId: string; readonly at: Millis }
  | { readonly kind: 'reachable'; readonly info: internal.SlaveInfo }
  | { readonly kind: 'remove'; readonly agentId: string }
  | { readonly kind: 'gone'; readonly agentId: string; readonly at: Millis }
  | { readonly kind: 'deactivated'; readonly agentId: string; readonly deactivated: boolean }
  | { readonly kind: 'drain'; readonly agentId: string; readonly info: mesos.DrainInfo }
  | {
      readonly kind: 'weights';
      readonly weights: readonly { readonly role: string; readonly weight: number }[];
    };

/** What happens once the change is stored. Data, so that it can be recorded with the state. */
export type Then =
  | { readonly kind: 'elected' }
  | {
      readonly kind: 'registered';
      readonly agentId: string;
      readonly pid: string;
      readonly message: internal.RegisterSlaveMessage;
    }
  | { readonly kind: 'reregistered'; readonly pid: string; readonly message: internal.ReregisterSlaveMessage }
  | { readonly kind: 'unreachable'; readonly agentId: string; readonly reason: string }
  | { readonly kind: 'removed'; readonly agentId: string; readonly reason: string }
  | { readonly kind: 'gone'; readonly agentId: string; readonly request: number | undefined }
  | { readonly kind: 'activity'; readonly agentId: string; readonly request: number }
  | { readonly kind: 'draining'; readonly agentId: string; readonly request: number }
  | { readonly kind: 'drained'; readonly agentId: string }
  | { readonly kind: 'weights'; readonly request: number };

export interface Operation {
  readonly change: RegistryChange;
  readonly next: Then;
}

export interface RegistryState {
  master: mesos.MasterInfo | undefined;
  readonly agents: Map<string, internal.SlaveInfo>;
  /** Unreachable agents and since when. */
  readonly unreachable: Map<string, Millis>;
  readonly gone: Map<string, Millis>;
  /** Agents that get no offers because an operator said so. */
  readonly deactivated: Set<string>;
  /** Agents that are being emptied, or are empty. */
  readonly drains: Map<string, mesos.DrainInfo>;
  /** Weights other than 1, by role. */
  readonly weights: Map<string, number>;
  /** The ticket and the operations of the store on its way. */
  inFlight: { readonly ticket: number; readonly operations: readonly Operation[] } | undefined;
  queued: Operation[];
  /** Addresses of agents whose admission is on its way. */
  readonly arriving: Set<string>;
}

export function emptyRegistry(): RegistryState {
  return {
    master: undefined,
    agents: new Map(),
    unreachable: new Map(),
    gone: new Map(),
    deactivated: new Set(),
    drains: new Map(),
    weights: new Map(),
    inFlight: undefined,
    queued: [],
    arriving: new Set(),
  };
}

/** Takes over what was stored by the master before. */
export function loadRegistry(registry: RegistryState, stored: internal.Registry): void {
  registry.master = stored.master?.info;
  for (const { info, deactivated, drain_info } of stored.slaves?.slaves ?? []) {
    if (info.id && drain_info) registry.drains.set(info.id.value, drain_info);
    if (info.id) registry.agents.set(info.id.value, info);
    if (info.id && deactivated) registry.deactivated.add(info.id.value);
  }
  for (const { info } of stored.weights ?? []) registry.weights.set(info.role ?? '*', info.weight);
  for (const { id, timestamp } of stored.unreachable?.slaves ?? []) {
    registry.unreachable.set(id.value, Number(timestamp.nanoseconds) / 1e6);
  }
  for (const { id, timestamp } of stored.gone?.slaves ?? []) {
    registry.gone.set(id.value, Number(timestamp.nanoseconds) / 1e6);
  }
}

/** Changes the entries. Whether the change fits was checked when it was asked for. */
export function applyChange(registry: RegistryState, change: RegistryChange): void {
  switch (change.kind) {
    case 'master':
      registry.master = change.info;
      return;
    case 'admit':
    case 'update':
    case 'reachable':
      if (!change.info.id) return;
      registry.unreachable.delete(change.info.id.value);
      registry.agents.set(change.info.id.value, change.info);
      return;
    case 'unreachable':
      registry.agents.delete(change.agentId);
      registry.unreachable.set(change.agentId, change.at);
      return;
    case 'remove':
      registry.agents.delete(change.agentId);
      registry.unreachable.delete(change.agentId);
      registry.deactivated.delete(change.agentId);
      registry.drains.delete(change.agentId);
      return;
    case 'gone':
      registry.agents.delete(change.agentId);
      registry.unreachable.delete(change.agentId);
      registry.deactivated.delete(change.agentId);
      registry.drains.delete(change.agentId);
      registry.gone.set(change.agentId, change.at);
      return;
    case 'deactivated':
      if (change.deactivated) registry.deactivated.add(change.agentId);
      else registry.deactivated.delete(change.agentId);
      if (!change.deactivated) registry.drains.delete(change.agentId);
      return;
    case 'drain':
      registry.deactivated.add(change.agentId);
      registry.drains.set(change.agentId, change.info);
      return;
    case 'weights':
      for (const { role, weight } of change.weights) registry.weights.set(role, weight);
      return;
  }
}

/** The record as it is stored. */
export function writeRegistry(registry: RegistryState): internal.Registry {
  const entry = ([id, at]: [string, Millis]): { id: mesos.AgentID; timestamp: mesos.TimeInfo } => ({
    id: { value: id },
    timestamp: { nanoseconds: BigInt(Math.round(at)) * 1_000_000n },
  });
  return {
    master: registry.master && { info: registry.master },
    slaves: {
      slaves: [...registry.agents].map(([id, info]) => ({
        info,
        deactivated: registry.deactivated.has(id) || undefined,
        drain_info: registry.drains.get(id),
      })),
    },
    unreachable: { slaves: [...registry.unreachable].map(entry) },
    gone: { slaves: [...registry.gone].map(entry) },
    weights: [...registry.weights].map(([role, weight]) => ({ info: { role, weight } })),
  };
}
