/**
 * An offer becomes launches or is declined.
 *
 * Always true: an instance is stored as Provisioned before the call that launches its task goes out.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { nextInteger, type Random } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import { afterLaunch, type RemainingOffer, remainingOffer } from '../../../kit/core/match/remaining-offer';
import { decline, launch, launchedTasks } from '../../../kit/core/session/calls';
import type { App } from '../../api/app';
import { forgetTask, instanceOfTask, recordChange, setCondition } from '../instances/instances';
import { placementsOf } from '../instances/placements';
import { type Match, type MatchContext, matchOffer } from '../match/match';
import { inFunnelOrder } from '../match/refusals';
import type { EventOf } from '../state/events';
import { MATCHES_AT_ONCE_MAX, SHORT_REFUSE_MS } from '../state/limits';
import type { Instance, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';
import { buildTask } from '../task/build';
import { isDelayed, updateDelay } from './backoff';
import { rememberLaunch } from './known-agents';
import { countUnused, countUsed, statsOf } from './queue';

type SuccessfulMatch = Extract<Match, { ok: true }>;

/** Tries the instances that wait on an offer, and answers it; `candidates` are shuffled. The number of matches tried. */
export function answerOffer(turn: Turn, offer: mesos.Offer, candidates: App[]): number {
  const { state } = turn;
  const launches = launchFrom(turn, offer, candidates);
  const { tasks } = launches;
  if (tasks.length > 0) {
    state.counters.offersUsed++;
    state.counters.tasksLaunched += tasks.length;
    launch(turn, offer, tasks);
  } else declineOffer(turn, offer);
  return launches.tries;
}

/** Declines an offer: for a short time when it will be of use before long. */
export function declineOffer(turn: Turn, offer: mesos.Offer): void {
  const { state } = turn;
  state.counters.offersDeclined++;
  const refuseMs = comesBackSoon(state) ? SHORT_REFUSE_MS : state.settings.declineOfferMs;
  decline(turn, offer, refuseMs / 1000);
}

/** True when an instance waits for a delay, a launch token or its turn. */
function comesBackSoon(state: MarathonState): boolean {
  const { waiting, launchTokens, backoffs, revive } = state;
  return (
    waiting.size > 0 && (launchTokens <= 0 || backoffs.size > 0 || revive.wanted.size > MATCHES_AT_ONCE_MAX)
  );
}

interface Launches {
  readonly tasks: mesos.TaskInfo[];
  remaining: RemainingOffer;
  tries: number;
}

/** Launches tasks from an offer, round robin over the apps that wait, until no app takes more of it. */
function launchFrom(turn: Turn, offer: mesos.Offer, ready: App[]): Launches {
  const { state } = turn;
  const launches: Launches = { tasks: [], remaining: remainingOffer(offer), tries: 0 };
  let candidates: Iterable<App> = inRandomOrder(turn, ready);
  for (;;) {
    const matched: App[] = [];
    for (const app of candidates) {
      if (launches.tasks.length >= state.settings.maxInstancesPerOffer || state.launchTokens <= 0)
        return launches;
      launches.tries++;
      const launched = tryLaunch(turn, app, launches.remaining);
      if (!launched) continue;
      launches.tasks.push(launched.task);
      launches.remaining = launched.remaining;
      if (state.waiting.has(app.id)) matched.push(app);
    }
    if (matched.length === 0) return launches;
    candidates = matched;
  }
}

/**
 * The apps that still wait in random order, by shuffling them as far as they are wanted. Of very many only some, which
 * others follow on the next offers.
 */
function* inRandomOrder({ state }: Turn, apps: App[]): Generator<App> {
  const end = Math.min(apps.length, MATCHES_AT_ONCE_MAX);
  for (let index = 0; index < end; index++) {
    const left = apps.length - index;
    const other = left > 1 ? index + nextInteger(state.random, left) : index;
    const app = apps[other];
    if (!app) return;
    apps[other] = apps[index] ?? app;
    apps[index] = app;
    if (state.waiting.has(app.id)) yield app;
  }
}

/** The apps whose waiting instances may be launched now. */
export function readyApps({ state, now }: Turn): App[] {
  const out: App[] = [];
  for (const id of state.waiting.keys()) {
    const app = state.apps.get(id);
    if (app && !isDelayed(state, app, now)) out.push(app);
  }
  return out;
}

function tryLaunch(
  turn: Turn,
  app: App,
  remaining: RemainingOffer,
): { task: mesos.TaskInfo; remaining: RemainingOffer } | undefined {
  const { state, now } = turn;
  const match = matchOffer(remaining, app, matchContext(state, app, now));
  const stats = statsOf(state, app.id, now);
  if (!match.ok) {
    countUnused(stats, { offer: remaining.offer, reasons: inFunnelOrder(match.refusals), at: now });
    return undefined;
  }
  const instance = firstWaiting(state, app.id);
  if (!instance) return undefined;
  countUsed(stats, now);
  const task = provision(turn, { instance, app, remaining, match });
  return { task, remaining: afterLaunch(remaining, [...match.resources, ...match.executorResources]) };
}

/** The circumstances of a match. The random numbers are those of the state, unless others are named. */
export function matchContext(
  state: MarathonState,
  app: App,
  now: Millis,
  random: Random = state.random,
): MatchContext {
  const { settings, session } = state;
  return { settings, random, now, localRegion: session.region, placements: placementsOf(state, app.id) };
}

function firstWaiting(state: MarathonState, appId: string): Instance | undefined {
  const [id] = state.waiting.get(appId) ?? [];
  return id === undefined ? undefined : state.instances.get(id);
}

function provision(
  turn: Turn,
  {
    instance,
    app,
    remaining,
    match,
  }: { instance: Instance; app: App; remaining: RemainingOffer; match: SuccessfulMatch },
): mesos.TaskInfo {
  const { state } = turn;
  if (instance.task) forgetTask(state, instance.task.id);
  instance.incarnation++;
  instance.version = app.version;
  instance.configVersion = app.versionInfo.lastConfigChangeAt;
  instance.agent = remaining.agent;
  const taskId = `${instance.id}._app.${instance.incarnation}`;
  const hostPorts = match.hostPorts.filter((port) => port !== null);
  instance.task = { id: taskId, hostPorts, stagedAt: turn.now, ipAddresses: [] };
  rememberLaunch(state, {
    agentId: remaining.agent.agentId,
    taskId,
    resources: [...match.resources, ...match.executorResources],
  });
  state.health.delete(instance.id);
  instance.health = undefined;
  setCondition(turn, instance, 'Provisioned');
  recordChange(turn, instance);
  updateDelay(turn, app, 'Provisioned');
  state.launchTokens--;
  return buildTask({
    app,
    taskId,
    offer: remaining.offer,
    resources: match.resources,
    executorResources: match.executorResources,
    hostPorts: match.hostPorts,
    settings: state.settings,
    random: state.random,
  });
}

/** The call did not reach the master: its instances wait for a launch again. */
export function revertLaunches(turn: Turn, { call }: EventOf<'scheduler.refused'>): void {
  for (const taskId of launchedTasks(call)) revertLaunch(turn, taskId);
}

function revertLaunch(turn: Turn, taskId: string): void {
  const { state } = turn;
  const instance = instanceOfTask(state, taskId);
  if (instance?.condition !== 'Provisioned') return;
  forgetTask(state, taskId);
  instance.task = undefined;
  instance.agent = undefined;
  setCondition(turn, instance, 'Scheduled');
}
