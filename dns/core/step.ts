/**
 * The step of the zone builder, which follows the masters and sends the zone out; and the list of both machines of DNS. The
 * answers to questions are no part of them.
 */

import { follow, followWoke } from '../../cluster/model/follow/follow';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../cluster/model/machine';
import type { BuilderEffect, BuilderTurn } from './builder/effects';
import type { BuilderEvents } from './builder/events';
import {
  detectionDue,
  following,
  mastersChanged,
  pidsDue,
  started,
  stateRead,
  streamApplied,
  streamBegun,
  streamOpened,
} from './builder/following';
import { changeEmpty, partSent, partTaken, publishDue, zoneChanged } from './builder/publishing';
import { failed, statusDue } from './builder/reporting';
import {
  type BuilderBoot,
  type BuilderState,
  builderTimers,
  checkBuilder,
  initBuilder,
} from './builder/state';
import { supervisorMachine } from './supervisor/supervisor';

const transitions: Transitions<BuilderTurn, BuilderEvents> = {
  started,
  'masters.changed': mastersChanged,
  'masters.failed': failed,
  'stream.opened': streamOpened,
  'stream.heard': (turn, { attempt }) => following(turn, (part) => follow.heard(part, { attempt })),
  'stream.begun': streamBegun,
  'stream.applied': streamApplied,
  'state.read': stateRead,
  'attempt.ended': (turn, { attempt, reason }) =>
    following(turn, (part) => follow.closed(part, { attempt, reason })),
  'pids.read': (turn, { changed }) => {
    if (changed) zoneChanged(turn);
  },
  'host.changed': zoneChanged,
  'part.sent': partSent,
  'change.empty': changeEmpty,
  'part.taken': partTaken,
  stopped: (turn) => following(turn, (part) => follow.stopped(part, {})),
};

const woke: TimerHandlers<BuilderTurn, (typeof builderTimers)['spec']> = {
  retry: (turn, timer) => following(turn, (part) => followWoke.retry(part, timer)),
  heartbeat: (turn, timer) => following(turn, (part) => followWoke.heartbeat(part, timer)),
  pids: pidsDue,
  detection: detectionDue,
  publish: publishDue,
  status: statusDue,
};

export const builderMachine = machine<
  BuilderState,
  BuilderEvents,
  BuilderEffect,
  (typeof builderTimers)['spec'],
  BuilderBoot,
  BuilderTurn
>({
  name: 'dns-builder',
  init: initBuilder,
  start: plainTurn,
  transitions,
  timers: builderTimers,
  woke,
  check: checkBuilder,
});

/** The machines whose recordings can be replayed. */
export const dnsMachines = [supervisorMachine, builderMachine] as const;
