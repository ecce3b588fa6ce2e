/**
 * An offer becomes launches or is declined.
 *
 * Always true: an instance is stored as Provisioned before the call that launches its task goes out.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { nextInteger, type Random } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import { afterLaunch, type RemainingOffer, remainingOffer } from '../../../kit/core/match/remaining-offer';
import { accept, decline, launchedTasks, launchOperation } from '../../../kit/core/session/calls';
import { isWaiting } from '../instances/conditions';
import { forgetTasks, instanceOfTask, reservedInstancesOf, setCondition } from '../instances/instances';
import { decommission } from '../instances/kill';
import { placementsOf } from '../instances/placements';
import { inFunnelOrder } from '../match/refusals';
import {
  consumedBy,
  type Matched,
  matchSpec,
  type ResidentContext,
  type Residents,
} from '../match/residents';
import { reserveFor, revertReservations } from '../residency/reservations';
import type { EventOf } from '../state/events';
import { MATCHES_AT_ONCE_MAX, SHORT_REFUSE_MS } from '../state/limits';
import { isResident, type RunSpec, specOf } from '../state/run-spec';
import type { Instance, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';
import { isDelayed } from './backoff';
import { provision } from './provision';
import { countUnused, countUsed, statsOf } from './queue';

/** Tries the instances that wait on an offer, and answers it; `candidates` are shuffled. The number of matches tried. */
export function answerOffer(turn: Turn, offer: mesos.Offer, candidates: RunSpec[]): number {
  const { state } = turn;
  const launches = launchFrom(turn, offer, candidates);
  const { tasks, groups, reservations } = launches;
  if (tasks.length + groups.length + reservations.length > 0) {
    state.counters.offersUsed++;
    state.counters.tasksLaunched += tasks.length + groups.reduce((sum, group) => sum + sizeOf(group), 0);
    const launched = tasks.length > 0 ? [launchOperation(tasks)] : [];
    accept(turn, offer, [...reservations, ...launched, ...groups]);
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
  /** The operations that reserve for instances with persistent volumes. */
  readonly reservations: mesos.Offer.Operation[];
  /** The number of instances, launched or reserved for. */
  instances: number;
  remaining: RemainingOffer;
  tries: number;
}

/** Launches tasks from an offer, round robin over the apps that wait, until no app takes more of it. */
function launchFrom(turn: Turn, offer: mesos.Offer, ready: RunSpec[]): Launches {
  const { state } = turn;
  const launches: Launches = {
    tasks: [],
    groups: [],
    reservations: [],
    instances: 0,
    remaining: remainingOffer(offer),
    tries: 0,
  };
  let candidates: Iterable<RunSpec> = inRandomOrder(turn, ready);
  for (;;) {
    const matched: RunSpec[] = [];
    for (const app of candidates) {
      const isFull = launches.instances >= state.settings.maxInstancesPerOffer;
      if (isFull || state.launchTokens <= 0) return launches;
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

/** Launches one instance, or reserves for one, if the offer matches; true then. */
function tryLaunch(turn: Turn, app: RunSpec, launches: Launches): boolean {
  const { state, now } = turn;
  const { remaining } = launches;
  const match = matchSpec(remaining, app, matchContext(state, app, now));
  const stats = statsOf(state, app.id, now);
  if (!match.ok) {
    countUnused(stats, { offer: remaining.offer, reasons: inFunnelOrder(match.refusals), at: now });
    return false;
  }
  const instance = matchedInstance(state, app.id, match);
  if (!instance) return false;
  countUsed(stats, now);
  if (match.residence?.kind === 'new') {
    const resources = [...match.resources.flat(), ...match.executorResources];
    const place = { agent: remaining.agent, resources, volumes: match.residence.volumes };
    launches.reservations.push(...reserveFor(turn, instance, place));
  } else launch(turn, launches, { instance, spec: app, match });
  launches.instances++;
  launches.remaining = afterLaunch(remaining, consumedBy(match));
  return true;
}

function launch(
  turn: Turn,
  { remaining, tasks, groups }: Launches,
  matched: { readonly instance: Instance; readonly spec: RunSpec; readonly match: Matched },
): void {
  const launched = provision(turn, { ...matched, offer: remaining.offer, agent: remaining.agent });
  if ('task' in launched) tasks.push(launched.task);
  else groups.push({ type: 'LAUNCH_GROUP', launch_group: launched.group });
}

/** The circumstances of a match. The random numbers are those of the state, unless others are named. */
export function matchContext(
  state: MarathonState,
  app: RunSpec,
  now: Millis,
  random: Random = state.random,
): ResidentContext {
  const { settings, session } = state;
  const residents = isResident(app) ? residentsOf(state, app.id) : undefined;
  const placements = placementsOf(state, app.id);
  return { settings, random, now, localRegion: session.region, placements, residents };
}

/** The instances of an app with volumes that wait, those first that wait for their own. */
function residentsOf(state: MarathonState, appId: string): Residents {
  const reserved = reservedInstancesOf(state, appId).filter(isWaiting);
  return { reserved, isReserving: (state.waiting.get(appId)?.size ?? 0) > reserved.length };
}

/** The instance that a match is for: the one whose volumes are there, or the first that waits. */
function matchedInstance(state: MarathonState, appId: string, match: Matched): Instance | undefined {
  if (match.residence?.kind === 'reserved') return match.residence.instance;
  for (const id of state.waiting.get(appId) ?? []) {
    const instance = state.instances.get(id);
    if (instance && !instance.reservation) return instance;
  }
  return undefined;
}

/** The call did not reach the master: its instances wait for a launch again. */
export function revertLaunches(turn: Turn, { call }: EventOf<'scheduler.refused'>): void {
  for (const taskId of launchedTasks(call)) revertLaunch(turn, taskId);
  revertReservations(turn, call);
}

function revertLaunch(turn: Turn, taskId: string): void {
  const { state } = turn;
  const instance = instanceOfTask(state, taskId);
  if (instance?.condition !== 'Provisioned') return;
  forgetTasks(state, instance);
  instance.task = undefined;
  instance.tasks = undefined;
  if (!instance.reservation) instance.agent = undefined;
  setCondition(turn, instance, 'Scheduled');
  if (instance.goal === 'Decommissioned') decommission(turn, instance);
}
