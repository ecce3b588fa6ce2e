/**
 * An offer becomes launches or is declined.
 *
 * Always true: an instance is stored as Provisioned before the call that launches its task goes out.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { nextInteger, type Random } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import { afterLaunch, type RemainingOffer, remainingOffer } from '../../../kit/core/match/remaining-offer';
import { decline, launch, launchedTasks, launchOperation } from '../../../kit/core/session/calls';
import { forgetTasks, instanceOfTask, setCondition } from '../instances/instances';
import { placementsOf } from '../instances/placements';
import { type MatchContext, matchOffer } from '../match/match';
import { inFunnelOrder } from '../match/refusals';
import type { EventOf } from '../state/events';
import { MATCHES_AT_ONCE_MAX, SHORT_REFUSE_MS } from '../state/limits';
import { type RunSpec, specOf } from '../state/run-spec';
import type { Instance, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';
import { isDelayed } from './backoff';
import { consumedBy, provision } from './provision';
import { countUnused, countUsed, statsOf } from './queue';

/** Tries the instances that wait on an offer, and answers it; `candidates` are shuffled. The number of matches tried. */
export function answerOffer(turn: Turn, offer: mesos.Offer, candidates: RunSpec[]): number {
  const { state } = turn;
  const launches = launchFrom(turn, offer, candidates);
  const { tasks, groups } = launches;
  if (tasks.length + groups.length > 0) {
    state.counters.offersUsed++;
    state.counters.tasksLaunched += tasks.length + groups.reduce((sum, group) => sum + sizeOf(group), 0);
    launch(turn, offer, [...(tasks.length > 0 ? [launchOperation(tasks)] : []), ...groups]);
  } else declineOffer(turn, offer);
  return launches.tries;
}

function sizeOf({ launch_group }: mesos.Offer.Operation): number {
  return launch_group?.task_group.tasks?.length ?? 0;
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
  /** Of apps. */
  readonly tasks: mesos.TaskInfo[];
  /** Of pods: each LAUNCH_GROUP has its own executor. */
  readonly groups: mesos.Offer.Operation[];
  remaining: RemainingOffer;
  tries: number;
}

/** Launches tasks from an offer, round robin over the apps that wait, until no app takes more of it. */
function launchFrom(turn: Turn, offer: mesos.Offer, ready: RunSpec[]): Launches {
  const { state } = turn;
  const launches: Launches = { tasks: [], groups: [], remaining: remainingOffer(offer), tries: 0 };
  let candidates: Iterable<RunSpec> = inRandomOrder(turn, ready);
  for (;;) {
    const matched: RunSpec[] = [];
    for (const app of candidates) {
      const count = launches.tasks.length + launches.groups.length;
      if (count >= state.settings.maxInstancesPerOffer || state.launchTokens <= 0) return launches;
      launches.tries++;
      if (!tryLaunch(turn, app, launches)) continue;
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
function* inRandomOrder({ state }: Turn, apps: RunSpec[]): Generator<RunSpec> {
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
export function readyApps({ state, now }: Turn): RunSpec[] {
  const out: RunSpec[] = [];
  for (const id of state.waiting.keys()) {
    const app = specOf(state, id);
    if (app && !isDelayed(state, app, now)) out.push(app);
  }
  return out;
}

/** Launches one instance if the offer matches; true then. */
function tryLaunch(turn: Turn, app: RunSpec, launches: Launches): boolean {
  const { state, now } = turn;
  const { remaining } = launches;
  const match = matchOffer(remaining, app, matchContext(state, app, now));
  const stats = statsOf(state, app.id, now);
  if (!match.ok) {
    countUnused(stats, { offer: remaining.offer, reasons: inFunnelOrder(match.refusals), at: now });
    return false;
  }
  const instance = firstWaiting(state, app.id);
  if (!instance) return false;
  countUsed(stats, now);
  const launched = provision(turn, {
    instance,
    spec: app,
    offer: remaining.offer,
    agent: remaining.agent,
    match,
  });
  if ('task' in launched) launches.tasks.push(launched.task);
  else launches.groups.push({ type: 'LAUNCH_GROUP', launch_group: launched.group });
  launches.remaining = afterLaunch(remaining, consumedBy(match));
  return true;
}

/** The circumstances of a match. The random numbers are those of the state, unless others are named. */
export function matchContext(
  state: MarathonState,
  app: RunSpec,
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

/** The call did not reach the master: its instances wait for a launch again. */
export function revertLaunches(turn: Turn, { call }: EventOf<'scheduler.refused'>): void {
  for (const taskId of launchedTasks(call)) revertLaunch(turn, taskId);
}

function revertLaunch(turn: Turn, taskId: string): void {
  const { state } = turn;
  const instance = instanceOfTask(state, taskId);
  if (instance?.condition !== 'Provisioned') return;
  forgetTasks(state, instance);
  instance.task = undefined;
  instance.tasks = undefined;
  instance.agent = undefined;
  setCondition(turn, instance, 'Scheduled');
}
