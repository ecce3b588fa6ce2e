/**
 * Changes of the registry, and their continuations once they are stored. Both are plain data instead of functions, so
 * that they can be recorded with the state.
 */

import type * as internal from '../../../api/generated/internal';
import type * as maintenance from '../../../api/generated/maintenance';
import type * as mesos from '../../../api/generated/mesos';
import type { QuotaConfig } from '../../../api/generated/quota';
import type { Millis } from '../../../model/time';

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
  | { readonly kind: 'drained'; readonly agentId: string }
  | { readonly kind: 'prune'; readonly unreachable: readonly string[]; readonly gone: readonly string[] }
  | { readonly kind: 'schedule'; readonly schedule: maintenance.Schedule }
  | { readonly kind: 'machines.down'; readonly machines: readonly mesos.MachineID[] }
  | { readonly kind: 'machines.up'; readonly machines: readonly mesos.MachineID[] }
  | { readonly kind: 'quota'; readonly configs: readonly QuotaConfig[] }
  | {
      readonly kind: 'weights';
      readonly weights: readonly { readonly role: string; readonly weight: number }[];
    };

/** What the master goes on with once a change is stored (recovery/recovery.ts runs it). */
export type Continuation =
  | { readonly kind: 'elected' }
  | {
      readonly kind: 'registered';
      readonly agentId: string;
      readonly pid: string;
      readonly message: internal.RegisterSlaveMessage;
    }
  | {
      readonly kind: 'reregistered';
      readonly pid: string;
      readonly message: internal.ReregisterSlaveMessage;
      readonly from: ReturnFrom;
    }
  | { readonly kind: 'unreachable'; readonly agentId: string; readonly reason: string }
  | {
      readonly kind: 'removed';
      readonly agentId: string;
      readonly reason: string;
      readonly cause: RemovalCause;
    }
  | { readonly kind: 'gone'; readonly agentId: string; readonly request: number | undefined }
  | {
      readonly kind: 'activity';
      readonly agentId: string;
      readonly request: number;
      readonly deactivated: boolean;
    }
  | { readonly kind: 'draining'; readonly agentId: string; readonly request: number }
  | { readonly kind: 'drained'; readonly agentId: string }
  | { readonly kind: 'pruned'; readonly unreachable: readonly string[]; readonly gone: readonly string[] }
  | {
      readonly kind: 'scheduled';
      readonly request: number;
      /** Keys of the machines whose unavailability may have changed. */
      readonly machines: readonly string[];
    }
  | { readonly kind: 'machines.down'; readonly request: number; readonly machines: readonly string[] }
  | { readonly kind: 'machines.up'; readonly request: number; readonly machines: readonly string[] }
  | {
      readonly kind: 'quota';
      readonly request: number;
      readonly configs: readonly QuotaConfig[];
      /** True for SET_QUOTA and REMOVE_QUOTA, which rescind offers by their own rules. */
      readonly isLegacy: boolean;
    }
  | { readonly kind: 'weights'; readonly request: number; readonly roles: readonly string[] };

/** The list of the registry in which a returning agent was: admitted (`registry`), unreachable, or none. */
export type ReturnFrom = 'registry' | 'unreachable' | 'unknown';

/** The counter of a removal, `slave_removals/reason_...`. Mesos has none for machines that an operator takes down. */
export type RemovalCause = 'registered' | 'unregistered' | 'operator';

/** A change with its continuation (`RegistryOperation` in Mesos). */
export interface Operation {
  readonly change: RegistryChange;
  readonly next: Continuation;
}
