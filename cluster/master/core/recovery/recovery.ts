/**
 * Recovery of the master: the registry is read, then this master is stored in it as the leader, and only then anyone is
 * served. So a former leader's next store fails. Also the continuations of all stored changes.
 *
 * In: registry.fetched, registry.stored, registry.failed      Out: store, wake, note
 */

import type { Millis } from '../../../model/time';
import { RECOVERED_TIMER } from '../agents/disconnection';
import { markedGone } from '../agents/gone';
import { admitted } from '../agents/registration';
import { pruned, pruneLater } from '../agents/registry-gc';

import { removedFromRegistry } from '../agents/removal';
import { readmitted } from '../agents/reregistration';
import { markedUnreachable } from '../agents/unreachable';
import { pauseFor, RESUME_TIMER } from '../allocator/pause';
import { setWeights } from '../allocator/weights-and-quotas';
import { drained } from '../drain/drained';
import { HEARTBEAT_MS, HEARTBEAT_TIMER } from '../frameworks/heartbeat';
import { operatorCallStored } from '../operator-calls/calls';
import { loadQuotas } from '../quota/stored';
import { change, failed as registryFailed, stored as registryStored } from '../registrar/registrar';
import type { ContinuationOf, Continuations } from '../registry/changes';
import { loadRecord } from '../registry/stored-form';
import { missingCapabilities } from '../state/capabilities';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { printMasterInfo } from '../state/master-info';
import type { MasterState } from '../state/state';

/** The registry is read: its agents are recovered, and this master is stored as the leader. */
export function fetched(state: MasterState, event: EventOf<'registry.fetched'>): MasterEffect[] {
  loadRecord(state.registry, event.registry);
  loadRecord(state.registry.ahead, event.registry);
  const missing = missingCapabilities(state.registry.minimumCapabilities);
  if (missing.length > 0) {
    const reason = `Master is missing the following minimum capabilities: ${missing.join(', ')}`;
    return [{ kind: 'resign', reason: `${reason}. A newer master stored the registry: run that one again` }];
  }
  for (const [id, info] of state.registry.agents) state.recovered.set(id, info);
  state.expectedAgents = state.recovered.size;
  const notes = beginWithWeights(state);
  setWeights(state.allocator, state.registry.weights);
  loadQuotas(state);
  const elected = change(state, {
    change: { kind: 'master', info: printMasterInfo(state) },
    next: { kind: 'elected' },
  });
  return [...notes, ...elected];
}

/** Sets `--weights` in a registry that has none. They are stored together with this master's MasterInfo. */
function beginWithWeights({ registry, boot }: MasterState): MasterEffect[] {
  const { weights = [] } = boot.settings;
  if (weights.length === 0) return [];
  if (registry.weights.size > 0) {
    const text = 'Ignoring --weights: the registry has weights. Change them with PUT /weights';
    return [{ kind: 'note', level: 'warn', text }];
  }
  for (const record of [registry, registry.ahead])
    for (const { role, weight } of weights) record.weights.set(role, weight);
  return [];
}

/** A store of the registry succeeded: runs the continuations of its changes. */
export function stored(state: MasterState, event: EventOf<'registry.stored'>): MasterEffect[] {
  return registryStored(state, event.ticket, (operation) => runContinuation(state, operation.next, event.at));
}

export function failed(_state: MasterState, event: EventOf<'registry.failed'>): MasterEffect[] {
  return registryFailed(event.reason);
}

/** The function of each continuation. */
const CONTINUATIONS: {
  readonly [K in keyof Continuations]: (
    state: MasterState,
    next: ContinuationOf<K>,
    now: Millis,
  ) => MasterEffect[];
} = {
  elected: (state, _next, now) => elected(state, now),
  registered: (state, next, now) => {
    state.registry.arriving.delete(next.pid);
    return admitted(state, next, now);
  },
  reregistered: (state, next, now) => {
    state.registry.arriving.delete(next.pid);
    return readmitted(state, next, now);
  },
  unreachable: (state, next, now) => {
    state.leaving.delete(next.agentId);
    return markedUnreachable(state, next, now);
  },
  removed: (state, next, now) => {
    state.leaving.delete(next.agentId);
    return removedFromRegistry(state, next, now);
  },
  gone: (state, { agentId }, now) => markedGone(state, agentId, now),
  drained: (state, { agentId }) => drained(state, agentId),
  pruned,
  'operator.call': operatorCallStored,
};

function runContinuation<K extends keyof Continuations>(
  state: MasterState,
  next: ContinuationOf<K>,
  now: Millis,
): MasterEffect[] {
  return CONTINUATIONS[next.kind](state, next, now);
}

function elected(state: MasterState, now: Millis): MasterEffect[] {
  state.electedAt = now;
  const effects: MasterEffect[] = [
    { kind: 'note', level: 'info', text: 'leading', fields: { agents: state.recovered.size } },
    { kind: 'wake', timer: HEARTBEAT_TIMER, at: now + HEARTBEAT_MS },
    pruneLater(state, now),
  ];
  const waitMs = pauseFor(state.allocator, state.recovered.size, state.boot.settings.allocator);
  if (waitMs !== undefined) effects.push({ kind: 'wake', timer: RESUME_TIMER, at: now + waitMs });
  if (state.recovered.size > 0) {
    effects.push({
      kind: 'wake',
      timer: RECOVERED_TIMER,
      at: now + state.boot.settings.agentReregisterTimeoutMs,
    });
  }
  return effects;
}
