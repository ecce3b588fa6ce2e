/**
 * Everything a master can be told.
 */

import type * as internal from '../../../api/generated/internal';
import type { Call as OperatorCall } from '../../../api/generated/master';
import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { Acls } from '../../../model/acls';
import type { Stamped, Unstamped, Woke } from '../../../model/event';
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

/** Times in milliseconds. Defaults in config.ts, named after Mesos' flags. */
export interface RoleWeight {
  readonly role: string;
  readonly weight: number;
}

export interface MasterSettings extends AgentSettings {
  readonly agentPingTimeoutMs: number;
  readonly maxAgentPingTimeouts: number;
  readonly agentReregisterTimeoutMs: number;
  readonly allocationIntervalMs: number;
  readonly offerTimeoutMs: number | undefined;
  readonly rootSubmissions: boolean;
  /** Drivers must have shown who they are. */
  readonly authenticateFrameworks?: boolean | undefined;
  readonly roles: readonly string[] | undefined;
  /** For a registry that has none. */
  readonly weights?: readonly RoleWeight[] | undefined;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  /** Operators that may follow events at the same time. */
  readonly maxOperators: number;
  /** Without it, the defaults of Mesos. */
  readonly allocator?: AllocatorSettings | undefined;
  /** Access control lists; without them everybody may do everything. */
  readonly acls?: Acls | undefined;
}

export interface MasterEvents {
  /** The stored registry, read at start; nothing but reads is served before. */
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
  'agent.unregister': { readonly pid: string; readonly agentId: string };
  'agent.pong': { readonly pid: string };
  /** The connection we keep to an agent, or to a driver, broke. */
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
    readonly stream: string;
    readonly subscribe: scheduler.Call.Subscribe;
    /** The regular expressions in it, as programs; so in calls, too. */
    readonly patterns?: Patterns | undefined;
    /** The authenticated sender, where the edge asked for one; the same in calls. */
    readonly principal?: Principal | undefined;
  };
  /** The stream ended, whoever ended it. */
  'scheduler.closed': { readonly stream: string; readonly reason: string };
  /** Any other call. It is answered by an `answer` effect with the same request number. */
  'scheduler.call': {
    readonly request: number;
    readonly stream: string | undefined;
    readonly call: scheduler.Call;
    readonly patterns?: Patterns | undefined;
    readonly principal?: Principal | undefined;
  };

  /** A call that the edge has refused for its form. */
  'scheduler.invalid': { readonly type?: scheduler.Call.Type | undefined };

  /** A driver asks to subscribe from its address. */
  'driver.subscribe': {
    readonly pid: string;
    readonly subscribe: scheduler.Call.Subscribe;
    /** It takes over from whoever was connected before. */
    readonly force: boolean;
    /** The kind of the message, where older ones tell a first registration from a repeated one. */
    readonly form: 'first' | 'again' | 'call';
    readonly patterns?: Patterns | undefined;
    readonly principal?: Principal | undefined;
  };
  /** Any other call of a driver, in the words of v1. Nothing answers it. */
  'driver.call': {
    readonly pid: string;
    readonly call: scheduler.Call;
    readonly patterns?: Patterns | undefined;
  };
  /** A driver that was aborted: no more offers, the tasks stay. */
  'driver.deactivate': { readonly pid: string; readonly frameworkId: string };
  /** Somebody asks us to run a scheduler, which no master does. */
  'driver.submit': { readonly pid: string };

  'operator.subscribe': { readonly stream: string };
  'operator.closed': { readonly stream: string };
  /** A call that changes something. It is answered like a scheduler's. */
  'operator.call': {
    readonly request: number;
    readonly call: OperatorCall;
    readonly principal?: Principal | undefined;
  };

  /** Hosts that offers are made of; undefined for all. */
  'whitelist.changed': { readonly hosts: readonly string[] | undefined };

  woke: Woke;
}

export type MasterEvent = Stamped<MasterEvents>;
export type EventOf<K extends keyof MasterEvents> = Stamped<MasterEvents, K>;
export type MasterInput = Unstamped<MasterEvents>;
export type { mesos };
