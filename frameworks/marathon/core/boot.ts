/** The start of Marathon: its state from the stored variables, and its first event. */

import { randomFrom } from '../../../cluster/model/random';
import type { Millis } from '../../../cluster/model/time';
import { newReviveState } from '../../kit/core/session/revive';
import { newOutbox } from '../../kit/core/turn/outbox';
import { watchDeadline } from './deployments/policy';
import { rolesInUse } from './groups/roles';
import { watchHealth } from './health/health';
import { indexInstance } from './instances/instances';
import { decommission, stop } from './instances/kill';
import { handleUnreachable } from './instances/unreachable';
import { sendFrameworkInfo } from './scheduler/session';
import { emptyTables } from './state/empty-tables';
import { OVERDUE_FIRST_MS } from './state/limits';
import { specsOf } from './state/run-spec';
import type { MarathonSettings } from './state/settings';
import type { MarathonState } from './state/state';
import { restore, type Stored } from './state/storage';
import { isoTime, type Turn, wake } from './state/turn';

export interface MarathonBoot {
  readonly at: Millis;
  readonly seed: number;
  readonly settings: MarathonSettings;
  /** All variables below `marathon/`, as JSON texts. */
  readonly stored: Stored;
}

export function init(boot: MarathonBoot): MarathonState {
  const state = emptyState(boot);
  for (const instance of restore(state, boot.stored)) indexInstance(state, instance);
  state.session.roles = rolesInUse(state);
  return state;
}

/** Sets the timers, resumes instances and deployments, and begins the session. */
export function started(turn: Turn): void {
  const { state, now } = turn;
  const { settings } = state;
  sendFrameworkInfo(turn);
  wake(turn, { kind: 'overdue' }, now + OVERDUE_FIRST_MS);
  wake(turn, { kind: 'expunge' }, now + settings.expungeInitialMs);
  wake(turn, { kind: 'backoff-clean' }, now + 10_000);
  wake(turn, { kind: 'scale-check' }, now + settings.scaleAppsInitialMs);
  for (const instance of [...state.instances.values()]) {
    if (instance.goal === 'Decommissioned') decommission(turn, instance);
    else if (instance.goal === 'Stopped') stop(turn, instance);
    else if (instance.condition === 'Running') watchHealth(turn, instance);
    else if (instance.condition === 'Unreachable') handleUnreachable(turn, instance);
  }
  for (const id of specsOf(state).keys()) turn.touched.add(id);
  for (const app of state.byApp.keys()) turn.touched.add(app);
  for (const deployment of state.deployments.values()) {
    watchDeadline(turn, deployment);
    for (const app of deployment.affected) turn.touched.add(app);
  }
}

/** The `scale-check` timer: settles all apps and pods. */
export function scaleCheck(turn: Turn): void {
  for (const id of specsOf(turn.state).keys()) turn.touched.add(id);
  wake(turn, { kind: 'scale-check' }, turn.now + turn.state.settings.scaleAppsIntervalMs);
}

function emptyState({ at: now, seed, settings }: MarathonBoot): MarathonState {
  return {
    settings,
    random: randomFrom(seed),
    lastVersionAt: now,
    rootVersion: isoTime(now),
    groups: new Map([['/', { id: '/', dependencies: [] }]]),
    apps: new Map(),
    pods: new Map(),
    history: [],
    versions: new Map(),
    podVersions: new Map(),
    ...emptyTables(),
    deployments: new Map(),
    locks: new Map(),
    session: { connected: false },
    outbox: newOutbox(),
    revive: newReviveState(now),
    tasksForgotten: 0,
    confirmPauseMs: 0,
    launchTokens: settings.launchTokens,
    launchTokensAt: now,
    nextProbe: 1,
    counters: {
      deployments: 0,
      deploymentsDismissed: 0,
      tasksLaunched: 0,
      offersIncoming: 0,
      offersUsed: 0,
      offersDeclined: 0,
      revives: 0,
      suppresses: 0,
    },
  };
}
