/**
 * Routes each event to its transition.
 */

import type { Machine } from '../../model/event';
import { checkAgent } from './check-agent';
import { checkpoint } from './checkpoint';
import { drain } from './drain';
import type { AgentEffect } from './effects';
import type { AgentBoot, AgentEvent, AgentEvents, EventOf } from './events';
import { called, containerExited, launchFailed, streamClosed, subscribed, toExecutor } from './executor-api';
import {
  killTask,
  shutdown,
  shutdownExecutor,
  shutdownFramework,
  shutdownTimedOut,
  stop,
  unregister,
} from './kill';
import { refuseGroup, registrationTimedOut, runTask } from './launch';
import {
  detected,
  masterExited,
  pinged,
  pingTimedOut,
  registered,
  requestRegistration,
  reregistered,
} from './registration';
import { type AgentState, initAgent } from './state';
import { acknowledged, resend } from './updates';

const TRANSITIONS: {
  readonly [K in keyof AgentEvents]: (state: AgentState, event: EventOf<K>) => AgentEffect[];
} = {
  'master.detected': detected,
  'master.registered': registered,
  'master.reregistered': reregistered,
  'master.ping': pinged,
  'master.runTask': runTask,
  'master.runTaskGroup': refuseGroup,
  'master.checkpoint': checkpoint,
  'master.killTask': killTask,
  'master.acknowledge': acknowledged,
  'master.shutdownFramework': shutdownFramework,
  'master.shutdownExecutor': shutdownExecutor,
  'master.message': toExecutor,
  'master.updateFramework': updateFramework,
  'master.drain': drain,
  'master.shutdown': shutdown,
  'master.exited': masterExited,
  'executor.subscribe': subscribed,
  'executor.call': called,
  'executor.closed': streamClosed,
  'container.failed': launchFailed,
  'container.exited': containerExited,
  stop,
  unregister,
  woke,
};

function updateFramework(state: AgentState, { message }: EventOf<'master.updateFramework'>): AgentEffect[] {
  const framework = state.frameworks.get(message.framework_id.value);
  if (framework && message.framework_info) framework.info = message.framework_info;
  return [];
}

/** The handlers of timers, by the first word of the timer's name. */
const TIMERS: Record<string, (state: AgentState, timer: string, now: number) => AgentEffect[]> = {
  register: (state, _timer, now) => requestRegistration(state, now),
  silence: (state, _timer, now) => pingTimedOut(state, now),
  update: resend,
  executor: registrationTimedOut,
  destroy: shutdownTimedOut,
};

function woke(state: AgentState, event: EventOf<'woke'>): AgentEffect[] {
  const [word = ''] = event.timer.split(' ');
  return TIMERS[word]?.(state, event.timer, event.at) ?? [];
}

/** Changes the state by one event and returns the effects. */
export function step(state: AgentState, event: AgentEvent): AgentEffect[] {
  const transition = TRANSITIONS[event.kind] as (state: AgentState, event: AgentEvent) => AgentEffect[];
  return transition(state, event);
}

export const agentMachine: Machine<AgentState, AgentEvent, AgentEffect, AgentBoot> = {
  name: 'agent',
  init: initAgent,
  step,
  check: checkAgent,
};
