/**
 * Drivers' calls other than SUBSCRIBE. They are carried out as over HTTP, but have no answer: errors are logged in
 * Mesos' words (Mesos 1.11 Master::receive), and some abort the driver.
 *
 * In: driver.call      Out: what the call leads to, send(FrameworkError), note
 */

import { idText, lookUp } from '../../../model/ids';
import { tellError } from '../scheduler-events/driver-messages';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { count } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { countCall, countInvalid, performCall } from './calls';
import { callError, schedulerCall } from './list';

/** Carries out a call, if it comes from the driver of its framework. */
export function driverCall(turn: Turn, event: EventOf<'driver.call'>): void {
  const { state } = turn;
  const { pid, call } = event;
  if (state.electedAt === undefined) {
    count(state, 'master/dropped_messages');
    return;
  }
  const framework = lookUp(state.frameworks, call.framework_id?.value);
  const invalid = callError(call);
  if (invalid) countInvalid(turn, call);
  const wrong =
    invalid ??
    (framework ? undefined : 'Framework cannot be found') ??
    (framework?.pid === pid ? undefined : 'Call is not from registered framework');
  if (wrong || !framework) return emit(turn, drop(event, wrong ?? 'Framework cannot be found'));
  countCall(framework, call);
  // The driver has not noticed that its connection broke: the error aborts it.
  if (framework.stream === undefined) return emit(turn, tellError(pid, 'Framework disconnected'));
  if (!schedulerCall(call.type ?? 'UNKNOWN').forDrivers)
    return emit(turn, drop(event, `'${call.type}' is not supported by the v0 API`));
  performCall(turn, { ...event, framework }, ({ status, text = '' }) => {
    if (status === 501) emit(turn, drop(event, text));
    else if (status >= 400) emit(turn, tellError(pid, text));
  });
}

function drop({ pid, call }: EventOf<'driver.call'>, why: string): MasterEffect {
  const id = idText(call.framework_id);
  const text = `Dropping ${call.type ?? 'UNKNOWN'} call from framework ${id} at ${pid}: ${why}`;
  return { kind: 'note', level: 'warn', text };
}
