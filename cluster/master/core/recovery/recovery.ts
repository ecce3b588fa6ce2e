/**
 * Recovery of the master: the registry is read, then this master is stored in it as the leader, and only then anyone is
 * served. So a former leader's next store fails. Also the continuations of all stored changes.
 *
 * In: registry.fetched, registry.stored, registry.failed      Out: store, wake, note
 */

import type { Millis } from '../../../model/time';
import { RECOVERED_TIMER } from '../agents/disconnection';
import { markedGone } from '../agents/gone';
import { removed, unreachable } from '../agents/loss';
import { admitted } from '../agents/registration';
import { pruned, pruneLater } from '../agents/registry-gc';
import { readmitted } from '../agents/reregistration';
import { pauseFor, RESUME_TIMER } from '../allocator/pause';
import { setWeights } from '../allocator/weights-and-quotas';
import { drained } from '../drain/drained';
import { HEARTBEAT_MS, HEARTBEAT_TIMER } from '../frameworks/heartbeat';
import { activityChanged } from '../operator-calls/agents';
import { draining } from '../operator-calls/drain-agent';
import { scheduled, wentDown } from '../operator-calls/maintenance';
import { weightsStored } from '../operator-calls/weights';
import { loadQuotas, quotaStored } from '../quota/calls';
import { change, failed as registryFailed, stored as registryStored } from '../registrar/registrar';
import type { Operation } from '../registry/changes';
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
  return registryStored(state, event.ticket, (operation) => runContinuation(state, operation, event.at));
}

export function failed(_state: MasterState, event: EventOf<'registry.failed'>): MasterEffect[] {
  return registryFailed(event.reason);
}

function runContinuation(state: MasterState, { next }: Operation, now: Millis): MasterEffect[] {
  if ('pid' in next) state.registry.arriving.delete(next.pid);
  if (next.kind === 'unreachable' || next.kind === 'removed' || next.kind === 'gone') {
    state.leaving.delete(next.agentId);
  }
  switch (next.kind) {
    case 'elected':
      return elected(state, now);
    case 'registered':
      return admitted(state, next, now);
    case 'reregistered':
      return readmitted(state, next, now);
    case 'unreachable':
      return unreachable(state, next, now);
    case 'removed':
      return removed(state, next, now);
    case 'gone':
      return [...answered(next.request), ...markedGone(state, next.agentId, now)];
    case 'draining':
      return [...answered(next.request), ...draining(state, next.agentId, now)];
    case 'drained':
      return drained(state, next.agentId);
    case 'activity':
      return activityChanged(state, next, now);
    case 'pruned':
      return pruned(state, next);
    case 'scheduled':
    case 'machines.up':
      return [...answered(next.request), ...scheduled(state, next.machines, now)];
    case 'machines.down':
      return [...answered(next.request), ...wentDown(state, next.machines)];
    case 'quota':
      return [...answered(next.request), ...quotaStored(state, next, now)];
    case 'weights':
      return [...answered(next.request), ...weightsStored(state, next.roles, now)];
  }
}

function answered(request: number | undefined): MasterEffect[] {
  return request === undefined ? [] : [{ kind: 'answer', request, status: 200 }];
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
