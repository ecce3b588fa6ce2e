/**
 * The end of a container, in whatever state it is: its processes are killed, and what was made is removed in reverse.
 *
 * In: exited, limited, destroy, done and failed of the steps of a destroy, woke(kill)
 * Out: interrupt, inspect, kill, cleanup, deprovision, ended
 * Always true: nothing is cleaned up while a step of the launch is under way, and only when the processes are gone.
 */

import { note } from '../../../model/machine';
import type { Limitation, Termination } from '../../core/state/container-spec';
import type { DestroyStep, EventOf } from './events';
import { type ContainerState, type Phase, type Turn, wake } from './state';

/** The pause before a kill is tried again, and the number of kills after which processes are left behind. */
export const KILL_PAUSE_MS = 1000;
export const KILLS_MAX = 10;

/** The program has ended. In a destroy this is no news. */
export function exited(turn: Turn, { status }: EventOf<'exited'>): void {
  const { state } = turn;
  if (state.exited) return;
  state.exited = true;
  state.status = status;
  end(turn);
}

/** A limit counts as long as nothing else ends the container: those after it may be consequences. */
export function limited(turn: Turn, { limitation }: EventOf<'limited'>): void {
  if (!turn.state.ending) turn.state.limitation = limitation;
  end(turn);
}

export function destroy(turn: Turn): void {
  const { state } = turn;
  if (!state.ending && !state.started) state.cutOff = state.phase;
  end(turn);
}

/** Ends it as soon as no step is under way. */
function end(turn: Turn): void {
  const { state } = turn;
  if (state.ending) return;
  state.ending = true;
  if (state.awaited === undefined) beginEnd(turn);
  // It may take as long as a server likes.
  else if (state.awaited === 'fetch') turn.effects.push({ kind: 'interrupt' });
}

export function beginEnd(turn: Turn): void {
  const { state } = turn;
  state.ending = true;
  state.phase = 'destroying';
  // A program that was killed by us went beyond no limit.
  beginStep(turn, state.exited && state.limitation === undefined ? 'inspect' : 'kill');
}

function beginStep(turn: Turn, step: DestroyStep): void {
  turn.state.awaited = step;
  turn.effects.push({ kind: step });
}

const NEXT: Readonly<Record<DestroyStep, DestroyStep | undefined>> = {
  inspect: 'kill',
  kill: 'cleanup',
  cleanup: 'deprovision',
  deprovision: undefined,
};

export function destroyStepDone(turn: Turn, step: DestroyStep, limitation: Limitation | undefined): void {
  const { state } = turn;
  state.awaited = undefined;
  if (limitation) state.limitation = limitation;
  const next = NEXT[step];
  if (next !== undefined) return beginStep(turn, next);
  state.phase = 'destroyed';
  turn.effects.push({ kind: 'ended', termination: terminationOf(state) });
}

/** Processes that cannot be killed are tried again; all else that is left is told, and the next start tries again. */
export function destroyStepFailed(turn: Turn, step: DestroyStep, reason: string): void {
  const { state, now } = turn;
  note(turn, 'error', 'a container could not be cleaned up', { step, reason });
  if (step === 'kill' && ++state.failedKills < KILLS_MAX)
    return wake(turn, { kind: 'kill' }, now + KILL_PAUSE_MS);
  if (step !== 'inspect') state.leftovers.push(reason);
  destroyStepDone(turn, step, undefined);
}

export function killAgain(turn: Turn): void {
  if (turn.state.awaited === 'kill') beginStep(turn, 'kill');
}

const CUT_OFF: Readonly<Partial<Record<Phase, string>>> = {
  provisioning: 'provisioning',
  preparing: 'preparing isolators',
  isolating: 'isolating',
  fetching: 'fetching',
  running: 'starting',
};

/** A failed launch and a limit are told with a state and a reason; an end of the program's own is what it says. */
function terminationOf({ boot, status, limitation, failure, cutOff, started }: ContainerState): Termination {
  if (boot.mode === 'clean') return boot.termination;
  if (limitation) {
    const { reason, message, resources } = limitation;
    return { status, state: 'TASK_FAILED', reason, message, limitedResources: resources };
  }
  const reason = 'REASON_CONTAINER_LAUNCH_FAILED';
  if (failure) return { status, state: 'TASK_FAILED', reason, message: failure.reason };
  if (cutOff !== undefined && !started)
    return { status, reason, message: `Container destroyed while ${CUT_OFF[cutOff] ?? cutOff}` };
  return { status, message: '' };
}
