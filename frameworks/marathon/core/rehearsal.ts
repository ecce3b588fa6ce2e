/**
 * Rehearsals of changes: a copy of the state takes the change and its deployment to the end in a world of its own, by the
 * machine that does it in earnest. It tells which instances would start and stop, and where.
 */

import type { Millis } from '../../../cluster/model/time';
import { remainingOffer } from '../../kit/core/match/remaining-offer';
import { previewChange } from './groups/change';
import { livingTasks } from './instances/tasks';
import { matchContext } from './launch/launch';
import { inFunnelOrder } from './match/refusals';
import { matchSpec } from './match/residents';
import { copyFor } from './rehearse/copy';
import { answerCall, ended, type Move, offerFor, running, type World, worldOf } from './rehearse/world';
import type { Answer, MarathonEffect, Refusal } from './state/effects';
import type { Force, NewMarathonEvent, RootChange } from './state/events';
import { REHEARSED_EVENTS_MAX, REHEARSED_INSTANCES_MAX, REHEARSED_QUIET_MS } from './state/limits';
import { specOf } from './state/run-spec';
import type { MarathonState, Step } from './state/state';
import { marathonMachine } from './step';

/** Instances of an app that would wait, and the reasons of each agent. */
export interface Waiting {
  readonly app: string;
  readonly count: number;
  readonly refusals: readonly {
    readonly agentId: string;
    readonly host: string;
    readonly reasons: readonly string[];
  }[];
}

export interface Rehearsal {
  readonly steps: readonly Step[];
  /** Running deployments that the change would cancel. */
  readonly cancels: readonly string[];
  readonly start: readonly Move[];
  readonly stop: readonly Move[];
  readonly wait: readonly Waiting[];
  /** True when the deployment would come to its end. */
  readonly ends: boolean;
  /** False when the change is too large to be rehearsed to the end. */
  readonly complete: boolean;
}

export interface RehearsedChange extends Force {
  readonly change: RootChange;
  readonly now: Millis;
}

export function rehearse(
  state: MarathonState,
  { change, now, force, cancellable }: RehearsedChange,
): Rehearsal | { readonly refusal: Refusal } {
  const steps = previewChange(state, change);
  if ('code' in steps) return { refusal: steps };
  const affected = new Set(steps.flatMap(({ actions }) => actions.map(({ app }) => app)));
  const play = newPlay(copyFor(state, affected, now), worldOf(state), now);
  settleOpenTasks(play);
  step(play, { kind: 'api.change', request: 0, change, force, cancellable, group: '/' });
  const { answer } = play;
  if (!answer) return { refusal: { code: 'missing', message: 'the change has no answer' } };
  if (!answer.ok) return { refusal: answer.refusal };
  const complete = sizeOf(state, change, affected) <= REHEARSED_INSTANCES_MAX && playToEnd(play);
  const deployment = 'deployment' in answer ? answer.deployment : '';
  return {
    steps,
    cancels: [...state.deployments.keys()].filter((id) => !play.state.deployments.has(id)),
    start: play.world.started,
    stop: play.world.stopped,
    wait: complete ? waitingIn(play) : [],
    ends: complete && !play.state.deployments.has(deployment),
    complete,
  };
}

/** The instances that a change is about: those that are there, and those that it wants. */
function sizeOf(
  state: MarathonState,
  { put = [], putPods = [] }: RootChange,
  affected: ReadonlySet<string>,
): number {
  let size = 0;
  for (const id of affected) size += (state.byApp.get(id)?.size ?? 0) + (specOf(state, id)?.instances ?? 0);
  for (const { instances } of put) size += instances;
  for (const { scaling } of putPods) size += scaling.instances;
  return size;
}

interface Pending {
  readonly at: Millis;
  readonly event: NewMarathonEvent;
}

/** The copy and its world, and the events between them. */
interface Play {
  readonly state: MarathonState;
  readonly world: World;
  readonly pending: NewMarathonEvent[];
  readonly wakes: Pending[];
  now: Millis;
  answer?: Answer | undefined;
}

function newPlay(state: MarathonState, world: World, now: Millis): Play {
  return { state, world, now, pending: [], wakes: [] };
}

/** Tasks that are on their way run at once, and those that are to end have ended. */
function settleOpenTasks({ state, pending }: Play): void {
  for (const instance of state.instances.values()) {
    const { condition, agent, goal } = instance;
    if (!agent) continue;
    const agentId = { value: agent.agentId };
    for (const task of livingTasks(instance)) {
      if (goal === 'Decommissioned') pending.push(ended(task.id));
      else if (condition !== 'Running' && condition !== 'Unreachable')
        pending.push(running(task.id, agentId));
    }
  }
}

/** Plays until nothing happens any more. False when it is too much to play. */
function playToEnd(play: Play): boolean {
  let quietSince = play.now;
  for (let count = 0; count < REHEARSED_EVENTS_MAX; count++) {
    const event = play.pending.shift() ?? nextWake(play, quietSince + REHEARSED_QUIET_MS);
    if (!event) return true;
    if (event.kind === 'scheduler.update') quietSince = play.now;
    step(play, event);
  }
  return false;
}

/** The next timer before a time, which becomes the present. */
function nextWake(play: Play, until: Millis): NewMarathonEvent | undefined {
  play.wakes.sort((a, b) => a.at - b.at);
  const [next] = play.wakes;
  if (!next || next.at > until) return undefined;
  play.wakes.shift();
  play.now = Math.max(play.now, next.at);
  return next.event;
}

function step(play: Play, event: NewMarathonEvent): void {
  const effects = marathonMachine.step(play.state, { ...event, at: play.now });
  for (const effect of effects) perform(play, effect);
}

function perform(play: Play, effect: MarathonEffect): void {
  switch (effect.kind) {
    case 'store':
      return step(play, { kind: 'stored', ticket: effect.ticket });
    case 'answer':
      play.answer = effect.answer;
      return;
    case 'call':
      play.pending.push(...answerCall(play.world, play.state, effect.call));
      return;
    case 'probe': {
      const { probe, target, purpose, check } = effect;
      const response = { status: check.statuses?.[0] ?? 200, contentType: '', body: '' };
      play.pending.push({ kind: 'probed', probe, target, purpose, result: { ok: true, response } });
      return;
    }
    case 'wake':
      play.wakes.push({ at: effect.at, event: { kind: 'woke', timer: effect.timer } });
      return;
    default:
  }
}

/** The instances that still wait, with what each agent lacks for them. */
function waitingIn({ state, world, now }: Play): Waiting[] {
  return [...state.waiting].flatMap(([id, instances]) => {
    const app = specOf(state, id);
    if (!app) return [];
    const context = matchContext(state, app, now);
    const refusals = [...world.agents].map(([agentId, agent]) => {
      const match = matchSpec(remainingOffer(offerFor(agent, app.role, agentId)), app, context);
      return { agentId, host: agent.offer.hostname, reasons: match.ok ? [] : inFunnelOrder(match.refusals) };
    });
    return [{ app: id, count: instances.size, refusals }];
  });
}
