/**
 * The events of the master, its boot value and its settings.
 */

import type * as internal from '../../../api/generated/internal';
import type { Call as OperatorCall } from '../../../api/generated/master';
import type * as scheduler from '../../../api/generated/scheduler';
import type { Acls } from '../../../model/acls';
import type { Stamped, Unstamped, Woke } from '../../../model/event';
import type { AgentId, FrameworkId, StreamId } from '../../../model/ids';
import type { Principal } from '../../../model/principal';
import type { AllocatorSettings } from '../allocator/settings';
import type { Patterns } from '../offer-constraints/program';
import type { AgentSettings } from './agent-settings';

/** The boot value of a master; all other state follows from events. */
export interface MasterBoot {
  /** A random UUID per process start; frameworks, agents and offers carry it in their ids. */
  readonly id: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly version: string;
  readonly cluster?: string | undefined;
  readonly startedAt: number;
  readonly seed: number;
  readonly settings: MasterSettings;
}

export interface RoleWeight {
  readonly role: string;
  readonly weight: number;
}

/** Settings from flags, whose defaults are in config.ts. Times in milliseconds. */
export interface MasterSettings extends AgentSettings {
  readonly agentPingTimeoutMs: number;
  readonly maxAgentPingTimeouts: number;
  readonly agentReregisterTimeoutMs: number;
  readonly allocationIntervalMs: number;
  readonly offerTimeoutMs: number | undefined;
  readonly rootSubmissions: boolean;
  /** True when drivers must have authenticated. */
  readonly authenticateFrameworks?: boolean | undefined;
  readonly roles: readonly string[] | undefined;
  /** Weights for a registry that has none; afterwards operators set them. */
  readonly weights?: readonly RoleWeight[] | undefined;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  /** The limit of operator streams. */
  readonly maxOperators: number;
  /** Undefined for Mesos' defaults. */
  readonly allocator?: AllocatorSettings | undefined;
  /** Access control lists; without them everybody may do everything. */
  readonly acls?: Acls | undefined;
}

export interface MasterEvents {
  /** The stored registry was read. Before this event nothing but reads is served. */
  'registry.fetched': { readonly registry: internal.Registry };
  'registry.stored': { readonly ticket: number };
  'registry.failed': { readonly ticket: number; readonly reason: string };

  'agent.register': {
    readonly pid: string;
    readonly message: internal.RegisterSlaveMessage;
    /** The authenticated principal, if there is one. */
    readonly principal?: Principal | undefined;
  };
  'agent.reregister': {
    readonly pid: string;
    readonly message: internal.ReregisterSlaveMessage;
    readonly principal?: Principal | undefined;
  };
  'agent.unregister': { readonly pid: string; readonly agentId: AgentId };
  'agent.pong': { readonly pid: string };
  /** The connection to an agent or to a driver broke. */
  'agent.exited': { readonly pid: string };
  'agent.message': { readonly pid: string; readonly message: internal.ExecutorToFrameworkMessage };
  'agent.exitedExecutor': { readonly pid: string; readonly message: internal.ExitedExecutorMessage };
  'agent.operation': {
    readonly pid: string;
    readonly message: internal.UpdateOperationStatusMessage;
  };
  'agent.update': { readonly pid: string; readonly message: internal.UpdateSlaveMessage };
  'agent.status': { readonly pid: string; readonly update: internal.StatusUpdate };

  /** A scheduler asks to subscribe on a stream that the edge has opened and named. */
  'scheduler.subscribe': {
    readonly stream: StreamId;
    readonly subscribe: scheduler.Call.Subscribe;
    /** The regular expressions in it, as programs; so in calls, too. */
    readonly patterns?: Patterns | undefined;
    /** The authenticated sender, where the edge asked for one; the same in calls. */
    readonly principal?: Principal | undefined;
  };
  /** The stream ended, by either side. */
  'scheduler.closed': { readonly stream: StreamId; readonly reason: string };
  /** Any other call. It is answered by an `answer` effect with the same request number. */
  'scheduler.call': {
    readonly request: number;
    readonly stream: StreamId | undefined;
    readonly call: scheduler.Call;
    readonly patterns?: Patterns | undefined;
    readonly principal?: Principal | undefined;
  };

  /** The edge has refused a call for its form; it is only counted. */
  'scheduler.invalid': { readonly type?: scheduler.Call.Type | undefined };

  /** A driver asks to subscribe from its address. */
  'driver.subscribe': {
    readonly pid: string;
    readonly subscribe: scheduler.Call.Subscribe;
    /** True when this driver takes over from the one that was connected before. */
    readonly force: boolean;
    /** The message it came in: the older dialect has one to register, one to reregister; the newer one has a call. */
    readonly form: 'first' | 'again' | 'call';
    readonly patterns?: Patterns | undefined;
    readonly principal?: Principal | undefined;
  };
  /** Any other call of a driver, in the form of v1. It has no answer. */
  'driver.call': {
    readonly pid: string;
    readonly call: scheduler.Call;
    readonly patterns?: Patterns | undefined;
  };
  /** A driver was aborted: it gets no more offers, its tasks go on. */
  'driver.deactivate': { readonly pid: string; readonly frameworkId: FrameworkId };
  /** A request to run a scheduler, which no master does. */
  'driver.submit': { readonly pid: string };

  'operator.subscribe': { readonly stream: StreamId };
  'operator.closed': { readonly stream: StreamId };
  /** A call that changes something, answered by an `answer` effect with the same request number. */
  'operator.call': {
    readonly request: number;
    readonly call: OperatorCall;
    readonly principal?: Principal | undefined;
  };

  /** The hosts of `--whitelist`; undefined for all. */
  'whitelist.changed': { readonly hosts: readonly string[] | undefined };

  woke: Woke;
}

export type MasterEvent = Stamped<MasterEvents>;
export type EventOf<K extends keyof MasterEvents> = Stamped<MasterEvents, K>;
export type MasterInput = Unstamped<MasterEvents>;
