/**
 * State, events and effects of a refresh: the steps by which the apps as last read come into HAProxy. `steps.ts` decides.
 *
 * Always true: one job runs at a time and at most one refresh waits; the running job waits for exactly one event, which its
 * step names. Models and files are not in the state: an effect names a configuration, and the edge has it.
 */

import type { CommonEffect } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';
import type { ReloadEffect, ReloadState } from '../reload/reload-policy';

/** Settings that stay the same for one run of the load balancer. */
export interface RefreshBoot {
  /** The apps at fault for a refused configuration are found and left out. */
  readonly cleanUp: boolean;
  /** Server weights by app that an earlier run was told over the API. */
  readonly weights: readonly (readonly [string, number])[];
}

/**
 * A configuration of the edge: what HAProxy has loaded; what the apps want; the running structure with the wanted servers;
 * and the wanted one without what HAProxy refuses.
 */
export type ConfigName = 'running' | 'wanted' | 'kept' | 'checked';

/** Result of a check, of commands or of a reload. `noAppAtFault`: the reason is another, such as a full disk. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly noAppAtFault?: boolean };

/** A part that HAProxy refused, by `refusalKey`, with the version of its app. */
export interface Fault {
  readonly key: string;
  readonly why: string;
  /** Undefined when there is no such app. */
  readonly version: string | undefined;
}

/** Pairs of a map: effects and events are plain data. */
type Pairs<T> = readonly (readonly [string, T])[];

export interface RefreshEvents {
  /** Somebody wants the apps as last read to be served, and an answer. */
  'refresh.asked': { readonly request: number };
  /** Somebody wants the running configuration to be loaded again. */
  'reload.asked': { readonly request: number; readonly reason: string };
  /** Somebody wants to see the configuration of the apps, checked. */
  'preview.asked': { readonly request: number };
  /** Restarts of HAProxy so far; `same`: it has restarted with the running configuration. */
  'haproxy.noticed': { readonly restarts: number; readonly same: boolean };
  'loaded.kept': Record<never, never>;
  /** Addresses of the agents; `failing`: one of them has none. `versions`: those of apps with refused parts. */
  'addresses.resolved': { readonly failing: boolean; readonly versions: Pairs<string> };
  'templates.tried': Record<never, never>;
  /** Number of addresses that cannot be bound. */
  'binds.tried': { readonly unbindable: number };
  /** The servers of an adopted HAProxy were read, or not; `structure`: hash of the wanted structure. */
  'servers.read': { readonly structure: string; readonly why: string | undefined };
  compared: { readonly decision: 'nothing' | 'commands' | 'reload'; readonly reason: string };
  commanded: { readonly commands: number; readonly outcome: Outcome };
  'files.written': { readonly ok: boolean };
  /** `config`: hash of the checked configuration; empty when nothing asks for it. */
  'config.checked': { readonly outcome: Outcome; readonly config: string };
  'faults.found': { readonly faults: readonly Fault[] };
  /** `faults`: listeners that the new worker could not bind. */
  'haproxy.reloaded': {
    readonly outcome: Outcome;
    readonly config: string;
    readonly reason: string;
    readonly faults: readonly Fault[];
  };
  /** The effect of a step threw. */
  'refresh.failed': { readonly why: string };
  /** HAProxy serves a configuration of an earlier run; `structure`: its hash, empty when it is not known. */
  'structure.adopted': { readonly structure: string };
  'weight.set': { readonly app: string; readonly weight: number | undefined };
  /** No reload is begun any more. */
  'refreshes.stopped': Record<never, never>;
}

export type RefreshEffect =
  /** Look for restarts of HAProxy beyond these; answered by `haproxy.noticed`. */
  | { readonly kind: 'notice'; readonly restarts: number }
  /** Record the running configuration for the next load balancer; answered by `loaded.kept`. */
  | { readonly kind: 'keep-loaded' }
  /** Removed servers are none of the new worker's. */
  | { readonly kind: 'forget-removed' }
  /** Take the apps as last read and resolve their agents; answered by `addresses.resolved`. */
  | { readonly kind: 'resolve'; readonly apps: readonly string[] }
  /** Check apps with template labels alone; answered by `templates.tried`. */
  | { readonly kind: 'try-templates'; readonly refused: Pairs<string> }
  /** Build what is wanted, without addresses that cannot be bound; answered by `binds.tried`. */
  | { readonly kind: 'try-binds' }
  /** Read the servers of an adopted HAProxy; answered by `servers.read`. */
  | { readonly kind: 'read-servers' }
  /** Take the servers as read for the running ones. */
  | { readonly kind: 'take-over' }
  /** Change the servers of an adopted HAProxy before a reload; answered by `commanded`. */
  | { readonly kind: 'catch-up' }
  /** Decide between the running configuration and this one; answered by `compared`. */
  | { readonly kind: 'compare'; readonly config: ConfigName }
  /** Carry out the commands of the last comparison; answered by `commanded`. */
  | { readonly kind: 'command' }
  /** Write the files; answered by `files.written`. */
  | { readonly kind: 'write'; readonly config: ConfigName }
  /** From now on this configuration is the running one. */
  | { readonly kind: 'serve'; readonly config: ConfigName }
  /** Find out what a reload would change; answered by `structure.differs`. */
  | { readonly kind: 'judge'; readonly commandsFailed: boolean }
  /**
   * Build without the refused parts and have HAProxy check the result; answered by `config.checked`. `alone`: changed
   * apps may be checked alone. `lately`: hash of a configuration that needs no check, because it was refused lately.
   */
  | {
      readonly kind: 'check';
      readonly refused: Pairs<string>;
      readonly alone: boolean;
      readonly lately: string | undefined;
    }
  /** Find the parts at fault for the error of the last check; answered by `faults.found`. */
  | { readonly kind: 'find-faults'; readonly why: string; readonly refused: Pairs<string> }
  /** Tell the issues of a configuration that is not served. */
  | { readonly kind: 'report'; readonly config: ConfigName }
  /** Load a configuration; answered by `haproxy.reloaded`. Without a reason the difference is one. */
  | { readonly kind: 'reload'; readonly config: ConfigName; readonly reason: string | undefined }
  /** Record the weights for the next load balancer. */
  | { readonly kind: 'keep-weights'; readonly weights: Pairs<number> }
  /** The job of these requests is over; `changed`: HAProxy was changed. `failed`: the effect of a step threw. */
  | {
      readonly kind: 'answer';
      readonly requests: readonly number[];
      readonly outcome: Outcome;
      readonly changed: boolean;
      readonly failed: boolean;
    };

/** A piece of work that waits for its turn, with the requests that it answers. */
export type Job =
  | { readonly kind: 'refresh'; readonly requests: readonly number[] }
  | { readonly kind: 'preview'; readonly requests: readonly number[] }
  | { readonly kind: 'reload'; readonly requests: readonly number[]; readonly reason: string };

/** What the running job waits for. */
export type Step =
  | 'noticing'
  | 'keeping'
  | 'restoring'
  | 'resolving'
  | 'trying'
  | 'binding'
  | 'adopting'
  | 'catching-up'
  | 'comparing'
  | 'commanding'
  | 'judging'
  | 'checking'
  | 'blaming'
  | 'reloading';

export interface RunningJob {
  readonly job: Job;
  step: Step;
  /** The configuration that is compared or loaded. */
  config: ConfigName;
  /** Restarts of HAProxy that the job takes care of. */
  restarts: number;
  /** HAProxy refused commands, which a reload repairs. */
  commandsFailed: boolean;
  /** The reason of the last comparison. */
  reason: string;
  /** Hash of the last checked configuration, when it is of use, and its error while the parts at fault are looked for. */
  checked: { readonly config: string; readonly why: string };
  /** Parts that this job found at fault. */
  readonly faults: Fault[];
}

/** A part that is left out without another check, while its app stays the same and for a time. */
export interface RememberedRefusal {
  readonly version: string;
  readonly why: string;
  readonly at: Millis;
}

export interface RefreshState {
  readonly boot: Pick<RefreshBoot, 'cleanUp'>;
  readonly waiting: Job[];
  running: RunningJob | undefined;
  stopped: boolean;
  /** Restarts of HAProxy after which its configuration was set right. */
  restartsSeen: number;
  /** Hash of the structure that an adopted HAProxy has loaded, until it serves the apps as read; '' when not known. */
  adopted: string | undefined;
  /** The file on disk is older than the running configuration, because it could not be written. */
  stale: boolean;
  /** The host name of an agent could not be resolved. */
  failing: boolean;
  /** Addresses that could not be bound. */
  unbindable: number;
  readonly refusals: Map<string, RememberedRefusal>;
  /** Weights set over the API; each change makes a new object. */
  weights: ReadonlyMap<string, number>;
  reloads: number;
  reloadFailures: number;
  commands: number;
}

export interface RefreshTurn {
  readonly state: RefreshState;
  /** Changes of structure that wait for a reload. */
  readonly reload: ReloadState;
  /** Marathon's whole list was read. */
  readonly appsRead: boolean;
  readonly now: Millis;
  readonly effects: { push(effect: RefreshEffect | ReloadEffect | CommonEffect): unknown };
}

export function initRefresh({ cleanUp, weights }: RefreshBoot): RefreshState {
  return {
    boot: { cleanUp },
    waiting: [],
    running: undefined,
    stopped: false,
    restartsSeen: 0,
    adopted: undefined,
    stale: false,
    failing: false,
    unbindable: 0,
    refusals: new Map(),
    weights: new Map(weights),
    reloads: 0,
    reloadFailures: 0,
    commands: 0,
  };
}
