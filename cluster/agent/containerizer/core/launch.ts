/**
 * The launch of a container: one step after the other, each of which may fail or be cut off by a destroy.
 *
 * In: begin, done, failed of the steps of a launch       Out: these steps, watch, launched
 */

import { beginEnd } from './end';
import type { LaunchStep } from './events';
import type { Phase, Turn } from './state';

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

/** True for a step of a launch. */
export function isLaunchStep(step: string): step is LaunchStep {
  return STEPS.some(([candidate]) => candidate === step);
}

export function begin(turn: Turn): void {
  const { state, effects } = turn;
  const { boot } = state;
  if (boot.mode === 'launch') beginStep(turn, 0);
  else if (boot.mode === 'adopt') effects.push({ kind: 'watch' });
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
}

/**
 * A step of the launch is done; what asked for the end meanwhile gets it now. A program that ran has been launched, also
 * when it has ended already.
 */
export function launchStepDone(turn: Turn, step: LaunchStep): void {
  const { state } = turn;
  state.awaited = undefined;
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

export function launchStepFailed(turn: Turn, step: LaunchStep, reason: string): void {
  const { state } = turn;
  state.awaited = undefined;
  // The reason of a launch that is given up anyway helps nobody.
  if (!state.ending) state.failure = { step, reason };
  beginEnd(turn);
}
