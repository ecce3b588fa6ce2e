/**
 * Offers in, launches and declines out (behaviour section 4).
 *
 * Always true: an instance is stored as Provisioned before the call that launches its task goes out, and each offer gets
 * exactly one answer.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { shuffle } from '../../../../cluster/model/random';
import { readResources, type WireResource } from '../../../../cluster/model/resources';
import type { App } from '../../api/app';
import { placeOf } from '../constraints/field';
import { isActive } from '../instances/conditions';
import { changed, forgetTask, instancesOf, setCondition } from '../instances/instances';
import { type Match, matchOffer, type OpenOffer } from '../match/match';
import { without } from '../match/resources';
import type { EventOf } from '../state/events';
import { SHORT_REFUSE_MS } from '../state/limits';
import type { AgentPlace, Instance, MarathonState } from '../state/state';
import { callDurable, callNow, type Turn } from '../state/turn';
import { buildTask } from '../task/build';
import { isDelayed, noteCondition } from './backoff';
import { noteUnused, noteUsed, statsOf } from './queue';

type Chosen = Extract<Match, { ok: true }>;

export function offered(turn: Turn, event: EventOf<'scheduler.offers'>): void {
  const { state } = turn;
  if (turn.now - state.launchTokensAt >= state.settings.launchTokenRefreshMs) {
    state.launchTokens = state.settings.launchTokens;
    state.launchTokensAt = turn.now;
  }
  for (const offer of event.offers) answerOffer(turn, offer);
}

function answerOffer(turn: Turn, offer: mesos.Offer): void {
  const { state } = turn;
  state.counters.offersIncoming++;
  const tasks = launchFrom(turn, offer);
  if (tasks.length > 0) {
    state.counters.offersUsed++;
    state.counters.tasksLaunched += tasks.length;
    callDurable(turn, {
      type: 'ACCEPT',
      accept: {
        offer_ids: [offer.id],
        operations: [{ type: 'LAUNCH', launch: { task_infos: tasks } }],
        filters: { refuse_seconds: 0 },
      },
    });
    return;
  }
  state.counters.offersDeclined++;
  const refuseMs = comesBackSoon(state) ? SHORT_REFUSE_MS : state.settings.declineOfferMs;
  callNow(turn, {
    type: 'DECLINE',
    decline: { offer_ids: [offer.id], filters: { refuse_seconds: refuseMs / 1000 } },
  });
}

/** Something waits for a delay or for a token: the offer will be of use before long. */
function comesBackSoon(state: MarathonState): boolean {
  return state.waiting.size > 0 && (state.launchTokens <= 0 || state.backoffs.size > 0);
}

/** Round robin over the apps that wait, until nobody takes any more of this offer. */
function launchFrom(turn: Turn, offer: mesos.Offer): mesos.TaskInfo[] {
  const { state } = turn;
  const tasks: mesos.TaskInfo[] = [];
  let candidates = shuffle(state.random, readyApps(turn));
  let open = openOffer(offer);
  while (candidates.length > 0) {
    const matched: App[] = [];
    for (const app of candidates) {
      if (tasks.length >= state.settings.maxInstancesPerOffer || state.launchTokens <= 0) return tasks;
      const launched = tryLaunch(turn, app, open);
      if (!launched) continue;
      tasks.push(launched.task);
      open = launched.left;
      if (state.waiting.has(app.id)) matched.push(app);
    }
    candidates = matched;
  }
  return tasks;
}

function readyApps({ state, now }: Turn): App[] {
  const out: App[] = [];
  for (const id of state.waiting.keys()) {
    const app = state.apps.get(id);
    if (app && !isDelayed(state, app, now)) out.push(app);
  }
  return out;
}

function openOffer(offer: mesos.Offer): OpenOffer {
  const left = readResources(offer.resources as readonly WireResource[] | undefined);
  return { offer, place: placeOf(offer), left };
}

function tryLaunch(
  turn: Turn,
  app: App,
  open: OpenOffer,
): { task: mesos.TaskInfo; left: OpenOffer } | undefined {
  const { state, now } = turn;
  const match = matchOffer(open, app, {
    settings: state.settings,
    random: state.random,
    now,
    localRegion: state.session.region,
    placements: placementsOf(state, app),
  });
  const stats = statsOf(state, app.id, now);
  if (!match.ok) {
    noteUnused(stats, { offer: open.offer, reasons: match.reasons, at: now });
    return undefined;
  }
  const instance = firstWaiting(state, app.id);
  if (!instance) return undefined;
  noteUsed(stats, now);
  const task = provision(turn, { instance, app, open, match });
  return { task, left: { ...open, left: without(open.left, match.resources) } };
}

function firstWaiting(state: MarathonState, appId: string): Instance | undefined {
  const [id] = state.waiting.get(appId) ?? [];
  return id === undefined ? undefined : state.instances.get(id);
}

/** Instances of the same configuration that have a place. */
function placementsOf(state: MarathonState, app: App): AgentPlace[] {
  if (app.constraints.length === 0) return [];
  return instancesOf(state, app.id).flatMap(({ agent, condition, configVersion }) =>
    agent && isActive(condition) && configVersion >= app.versionInfo.lastConfigChangeAt ? [agent] : [],
  );
}

function provision(
  turn: Turn,
  { instance, app, open, match }: { instance: Instance; app: App; open: OpenOffer; match: Chosen },
): mesos.TaskInfo {
  const { state } = turn;
  if (instance.task) forgetTask(state, instance.task.id);
  instance.incarnation++;
  instance.version = app.version;
  instance.configVersion = app.versionInfo.lastConfigChangeAt;
  instance.agent = open.place;
  const taskId = `${instance.id}._app.${instance.incarnation}`;
  const hostPorts = match.hostPorts.filter((port) => port !== null);
  instance.task = { id: taskId, hostPorts, stagedAt: turn.now, ipAddresses: [] };
  state.health.delete(instance.id);
  setCondition(turn, instance, 'Provisioned');
  changed(turn, instance);
  noteCondition(turn, app, 'Provisioned');
  state.launchTokens--;
  return buildTask({
    app,
    taskId,
    offer: open.offer,
    resources: match.resources,
    hostPorts: match.hostPorts,
    settings: state.settings,
    random: state.random,
  });
}

/** The launch did not reach the master: the instance waits again. */
export function refused(turn: Turn, { call }: EventOf<'scheduler.refused'>): void {
  if (call.type !== 'ACCEPT') return;
  for (const operation of call.accept?.operations ?? []) {
    for (const { task_id } of operation.launch?.task_infos ?? []) revert(turn, task_id.value);
  }
}

function revert(turn: Turn, taskId: string): void {
  const { state } = turn;
  const instance = state.instances.get(state.byTask.get(taskId) ?? '');
  if (instance?.condition !== 'Provisioned') return;
  forgetTask(state, taskId);
  instance.task = undefined;
  instance.agent = undefined;
  setCondition(turn, instance, 'Scheduled');
}
