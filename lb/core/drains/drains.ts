/**
 * State, events and effects of drained tasks and of the requests about them; `drain-requests.ts` decides.
 *
 * Always true: a task is in `drained` from the moment in which it is drained until it is put back; each request in
 * `requests` waits for its one answer.
 */

import type { CommonEffect, Stamped } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';

/** State of a task as clients get it. */
export interface DrainStatus {
  readonly task: string;
  /** `out`: no new requests; `connections` are left. `unknown`: no server of this load balancer belongs to the task. */
  readonly state: 'out' | 'in' | 'unknown';
  readonly connections: number;
}

/** Facts about the served model with an event: those of the drained tasks and of its own task that have servers. */
interface ServingTasks {
  readonly serving: readonly string[];
}

export interface DrainEvents {
  /** Marathon's whole list of apps was read. */
  'apps.stored': Record<never, never>;
  /** A client wants a task drained, and an answer by the deadline. `app`: the app of the task, when it is known. */
  'drain.asked': ServingTasks & {
    readonly request: number;
    readonly task: string;
    readonly app: string | undefined;
    readonly deadlineMs: number;
  };
  /** The apps were read again for this request, or the wait for that is over. */
  'drain.read': { readonly request: number };
  /** The change is served. */
  'drain.served': ServingTasks & { readonly request: number };
  /** Reading or serving failed. */
  'drain.failed': { readonly request: number; readonly why: string };
  /** A client puts a task back. */
  'drain.undone': ServingTasks & { readonly request: number; readonly task: string };
  /** Connections by task; `why` when they cannot be counted. */
  'connections.counted': {
    readonly counts: readonly (readonly [string, number])[];
    readonly why: string | undefined;
  };
  /** The load balancer stops: nobody is kept waiting. */
  'drains.stopped': Record<never, never>;
}
export type DrainEvent = Stamped<DrainEvents>;

export type DrainEffect =
  /** Read this app (or all) again, for `limitMs` at most; answered by `drain.read`. */
  | {
      readonly kind: 'read-for-drain';
      readonly request: number;
      readonly app: string | undefined;
      readonly limitMs: number;
    }
  /** Serve the apps with the drained tasks as they are now; answered by `drain.served` or `drain.failed`. */
  | { readonly kind: 'serve-drains'; readonly request: number; readonly task: string }
  /** Count connections at all workers; answered by `connections.counted`. */
  | { readonly kind: 'count'; readonly tasks: readonly string[] }
  /** Record the drained tasks for the next load balancer. */
  | { readonly kind: 'keep-drained'; readonly drained: readonly (readonly [string, Millis])[] }
  /** Tell everybody who listens. */
  | { readonly kind: 'tell-drain'; readonly status: DrainStatus }
  | { readonly kind: 'answer-drain'; readonly request: number; readonly status: DrainStatus }
  | { readonly kind: 'fail-drain'; readonly request: number; readonly why: string };

/** A request of a client that waits for its answer. `told`: the connections that were told last. */
export type DrainRequest =
  | { readonly phase: 'reading' | 'serving'; readonly task: string; readonly deadline: Millis }
  | { readonly phase: 'returning'; readonly task: string }
  | {
      readonly phase: 'waiting';
      readonly task: string;
      readonly deadline: Millis;
      readonly told: number | undefined;
    };

export interface DrainsState {
  /** The time of the first reading of Marathon's whole list since the start; undefined until then. */
  appsReadAt: Millis | undefined;
  /** Drained tasks with the times when they were drained, in this run or an earlier one. */
  readonly drained: Map<string, Millis>;
  /** Drained tasks that this run has served: once it serves one no more, that task has ended. */
  readonly served: Set<string>;
  readonly requests: Map<number, DrainRequest>;
  /** Requests for which connections are counted now, and since when; undefined while nothing is counted. */
  counting: { readonly requests: readonly number[]; readonly since: Millis } | undefined;
  stopped: boolean;
}

export interface DrainTurn {
  readonly state: DrainsState;
  readonly now: Millis;
  readonly effects: { push(effect: DrainEffect | CommonEffect): unknown };
}

/** Interval of counting connections while a request waits for them. */
export const COUNT_MS = 25;
/** Longest time for which a task stays drained. */
export const DRAINED_MAX_MS = 3_600_000;
/** Time for which a task without servers stays drained, as it may be served soon; it begins with the first list of apps. */
export const UNKNOWN_MS = 60_000;
/** Longest wait of a drain for Marathon's answer about the app. */
export const READ_LIMIT_MS = 5000;
export const DRAINED_MAX = 100_000;

export function initDrains(drained: readonly (readonly [string, Millis])[], startedAt: Millis): DrainsState {
  return {
    appsReadAt: undefined,
    // A time in the future was written before the machine's clock was set back.
    drained: new Map(drained.map(([task, time]) => [task, Math.min(time, startedAt)])),
    served: new Set(),
    requests: new Map(),
    counting: undefined,
    stopped: false,
  };
}
