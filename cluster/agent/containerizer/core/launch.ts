/**
 * The launch of a container: one step after the other, each of which may fail or be cut off by a destroy.
 *
 * In: begin, done, failed of the steps of a launch, woke(start)
 * Out: these steps, interrupt, watch, launched
 */

import { printDuration } from '../../../model/time';
import { beginEnd } from './end';
import type { LaunchStep, Step } from './events';
import { type Phase, type Turn, wake } from './state';

/** The steps in their order, each with the phase in which it is under way. */
const STEPS: readonly (readonly [LaunchStep, Phase])[] = [
  ['provision', 'provisioning'],
  ['prepare', 'preparing'],
  ['create', 'isolating'],
  ['isolate', 'isolating'],
  ['fetch', 'fetching'],
  // The program runs before its start is told.
  ['start', 'running'],
];

/** The time that a process has to be made or started, and that it has once the container is to end. */
export const START_MS = 60_000;
export const HURRY_MS = 5000;

/** The steps in which something that is stopped may be waited for. */
const INTERRUPTIBLE: readonly (Step | undefined)[] = ['create', 'start'];

/** True for a step of a launch. */
export function isLaunchStep(step: string): step is LaunchStep {
  return STEPS.some(([candidate]) => candidate === step);
}

export function begin(turn: Turn): void {
  const { state, effects } = turn;
  const { boot } = state;
  if (boot.mode === 'launch') {
    // It may have been destroyed while it waited for its turn.
    if (!state.ending) beginStep(turn, 0);
  } else if (boot.mode === 'adopt') effects.push({ kind: 'watch' });
  else if (boot.mode === 'clean') beginEnd(turn);
  else effects.push({ kind: 'ended', termination: boot.termination });
}

function beginStep(turn: Turn, index: number): void {
  const row = STEPS[index];
  if (!row) return;
  const [step, phase] = row;
  turn.state.phase = phase;
  turn.state.awaited = step;
  turn.effects.push({ kind: step });
  if (INTERRUPTIBLE.includes(step)) wake(turn, { kind: 'start' }, turn.now + START_MS);
}

/** A container that is to end does not wait long for its start. */
export function hurry(turn: Turn): void {
  if (INTERRUPTIBLE.includes(turn.state.awaited)) wake(turn, { kind: 'start' }, turn.now + HURRY_MS);
}

/** Interrupts a start that takes too long, until it has failed. */
export function interrupt(turn: Turn): void {
  const { state, effects } = turn;
  if (!INTERRUPTIBLE.includes(state.awaited)) return;
  state.late = true;
  effects.push({ kind: 'interrupt' });
  hurry(turn);
}

/**
 * A step of the launch is done; what asked for the end meanwhile gets it now. A program that ran has been launched, also
 * when it has ended already.
 */
export function launchStepDone(turn: Turn, step: LaunchStep): void {
  const { state } = turn;
  state.awaited = undefined;
  // Its timer wakes now and changes nothing; it would keep a process that is about to end from it.
  if (INTERRUPTIBLE.includes(step)) wake(turn, { kind: 'start' }, turn.now);
  if (step === 'start') running(turn);
  if (state.ending) beginEnd(turn);
  else beginStep(turn, STEPS.findIndex(([candidate]) => candidate === step) + 1);
}

/** Watching begins before the launch is told, so that no limit is missed. */
function running({ state, effects }: Turn): void {
  state.phase = 'running';
  state.started = true;
  effects.push({ kind: 'watch' }, { kind: 'launched' });
}

const LATE = `The program was not started within ${printDuration(START_MS)}`;

export function launchStepFailed(turn: Turn, step: LaunchStep, reason: string): void {
  const { state } = turn;
  state.awaited = undefined;
  // The reason of a launch that is given up anyway helps nobody.
  if (!state.ending) state.failure = { step, reason: state.late ? LATE : reason };
  beginEnd(turn);
}
