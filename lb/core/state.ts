/**
 * State of the load balancer's machine: what HAProxy does, which configuration it has, and what is wrong with it.
 */

import { type DrainsState, initDrains } from './drains/drains';
import type { ConfigSource, LbBoot, ProbeResult } from './events';
import { initRefresh, type RefreshState } from './refresh/refresh';
import { initReload, type ReloadState } from './reload/reload-policy';
import { initRemoval, type RemovalState } from './removal/removed-servers';

/**
 * `looking` for a running HAProxy and `adopting` it; without one `reading` the apps and `starting` one; `serving`;
 * `restarting` one that ended; `stopping` until HAProxy is detached or ended.
 */
export type Phase =
  | 'new'
  | 'looking'
  | 'adopting'
  | 'reading'
  | 'starting'
  | 'serving'
  | 'restarting'
  | 'stopping'
  | 'stopped';

export interface LbState {
  readonly boot: LbBoot;
  phase: Phase;
  pid: number | undefined;
  /** An earlier run of the load balancer started this HAProxy. */
  adopted: boolean;
  served: ConfigSource;
  /** Why the configuration of the earlier run could not be loaded. */
  previousRefused: string | undefined;
  /** Why Marathon could not be read the last time; undefined once it could. */
  unreachable: string | undefined;
  /** Why HAProxy did not start again, and the wait before the next attempt in milliseconds. */
  startRefused: string | undefined;
  restartDelayMs: number;
  /** Sum of the weights of consecutive failed probes by socket. `probing`: a probe is under way. */
  readonly failedProbes: { runtime: number; master: number };
  probing: boolean;
  /** A reload that recreates the sockets is under way. */
  renewing: boolean;
  /** The stop waits for a HAProxy that is being started, to detach it. */
  releasing: boolean;
  /** The way of the apps into HAProxy. */
  readonly refresh: RefreshState;
  /** Changes of structure that wait for a reload. */
  readonly reload: ReloadState;
  readonly drains: DrainsState;
  /** Removed servers that still finish their requests. */
  readonly removal: RemovalState;
}

export const RESTART_FIRST_MS = 50;

export function initLb(boot: LbBoot): LbState {
  return {
    boot,
    phase: 'new',
    pid: undefined,
    adopted: false,
    served: 'empty',
    previousRefused: undefined,
    unreachable: undefined,
    startRefused: undefined,
    restartDelayMs: RESTART_FIRST_MS,
    failedProbes: { runtime: 0, master: 0 },
    probing: false,
    renewing: false,
    releasing: false,
    refresh: initRefresh(boot),
    reload: initReload(boot),
    drains: initDrains(boot.drained, boot.startedAt),
    removal: initRemoval(),
  };
}

/** Violations of what is always true. */
export function checkLb({ phase, pid, refresh, drains }: LbState): string[] {
  const violations: string[] = [];
  const must = (holds: boolean, text: string): void => void (holds || violations.push(text));
  must(phase !== 'serving' || pid !== undefined, 'HAProxy serves without a process id');
  const refreshes = refresh.waiting.filter(({ kind }) => kind === 'refresh');
  must(refreshes.length <= 1, `${refreshes.length} refreshes wait`);
  must(refresh.running !== undefined || refresh.waiting.length === 0, 'a job waits while none runs');
  for (const request of drains.counting?.requests ?? [])
    must(
      drains.requests.get(request)?.phase === 'waiting',
      `connections are counted for request ${request}, which does not wait`,
    );
  return violations;
}

/**
 * Weights of failed probes, and the sum from which on a socket counts as gone: a single probe may fail during a reload,
 * and a HAProxy under heavy load may answer slowly without needing a new worker.
 */
export const PROBE_WEIGHTS: Readonly<Record<ProbeResult, number>> = { answers: 0, silent: 1, gone: 5 };
export const FAILED_PROBES_MAX = 10;

/** State of the load balancer as `/health` shows it. */
export interface LbHealth {
  readonly configuration: ConfigSource;
  readonly adopted: boolean;
  readonly runtimeSocket: 'answers' | 'gone';
  readonly masterSocket: 'answers' | 'gone';
}

export function healthOf({ served, adopted, failedProbes }: LbState): LbHealth {
  const word = (count: number): 'answers' | 'gone' => (count >= FAILED_PROBES_MAX ? 'gone' : 'answers');
  return {
    configuration: served,
    adopted,
    runtimeSocket: word(failedProbes.runtime),
    masterSocket: word(failedProbes.master),
  };
}

/** An issue of the load balancer itself, in words for its operator. */
export interface LbIssue {
  readonly part: 'haproxy' | 'marathon';
  readonly text: string;
}

/** Current faults of HAProxy and Marathon, which `/issues` shows before the issues of apps. */
export function lbIssues(state: LbState): LbIssue[] {
  const { runtimeSocket, masterSocket } = healthOf(state);
  const issues: LbIssue[] = [];
  const add = (part: LbIssue['part'], text: string): void => void issues.push({ part, text });
  if (state.startRefused !== undefined) add('haproxy', `HAProxy does not start again: ${state.startRefused}`);
  if (state.previousRefused !== undefined)
    add('haproxy', `HAProxy cannot load the configuration of the run before: ${state.previousRefused}`);
  if (runtimeSocket === 'gone')
    add('haproxy', 'the Runtime API socket does not answer; a reload makes it again');
  if (masterSocket === 'gone')
    add('haproxy', "the master process's socket does not answer; a reload makes it again");
  if (state.served !== 'current' && state.unreachable !== undefined)
    add('marathon', `${SERVED_WORDS[state.served]} until the apps can be read: ${state.unreachable}`);
  return issues;
}

const SERVED_WORDS: Readonly<Record<'previous' | 'empty', string>> = {
  previous: 'the configuration of the run before serves',
  empty: 'no apps are served',
};
