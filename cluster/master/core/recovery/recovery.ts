/**
 * Recovery of the master: the registry is read, then this master is stored in it as the leader, and only then anyone is
 * served. So a former leader's next store fails. Also the continuations of all stored changes.
 *
 * In: registry.fetched, registry.stored, registry.failed      Out: store, wake, note
 */

import { note } from '../../../model/machine';
import { markedGone } from '../agents/gone';
import { admitted } from '../agents/registration';
import { pruned, pruneLater } from '../agents/registry-gc';
import { removedFromRegistry } from '../agents/removal';
import { readmitted } from '../agents/reregistration';
import { markedUnreachable } from '../agents/unreachable';
import { pauseFor } from '../allocator/pause';
import { setWeights } from '../allocator/weights-and-quotas';
import { drained } from '../drain/drained';
import { HEARTBEAT_MS } from '../frameworks/heartbeat';
import { operatorCallStored } from '../operator-calls/calls';
import { loadQuotas } from '../quota/stored';
import { change, failed as registryFailed, stored as registryStored } from '../registrar/registrar';
import type { ContinuationOf, Continuations } from '../registry/changes';
import { loadRecord } from '../registry/stored-form';
import { missingCapabilities } from '../state/capabilities';
import type { EventOf } from '../state/events';
import { printMasterInfo } from '../state/master-info';
import { emit, type Turn, wake } from '../state/turn';

/** The registry is read: its agents are recovered, and this master is stored as the leader. */
export function fetched(turn: Turn, event: EventOf<'registry.fetched'>): void {
  const { state } = turn;
  loadRecord(state.registry, event.registry);
  loadRecord(state.registry.ahead, event.registry);
  const missing = missingCapabilities(state.registry.minimumCapabilities);
  if (missing.length > 0) {
    const reason = `Master is missing the following minimum capabilities: ${missing.join(', ')}`;
    return emit(turn, {
      kind: 'resign',
      reason: `${reason}. A newer master stored the registry: run that one again`,
    });
  }
  for (const [id, info] of state.registry.agents) state.recovered.set(id, info);
  state.expectedAgents = state.recovered.size;
  beginWithWeights(turn);
  setWeights(state.allocator, state.registry.weights);
  loadQuotas(state);
  change(turn, {
    change: { kind: 'master', info: printMasterInfo(state) },
    next: { kind: 'elected' },
  });
}

/** Sets `--weights` in a registry that has none. They are stored together with this master's MasterInfo. */
function beginWithWeights(turn: Turn): void {
  const { registry, boot } = turn.state;
  const { weights = [] } = boot.settings;
  if (weights.length === 0) return;
  if (registry.weights.size > 0) {
    const text = 'Ignoring --weights: the registry has weights. Change them with PUT /weights';
    return note(turn, 'warn', text);
  }
  for (const record of [registry, registry.ahead])
    for (const { role, weight } of weights) record.weights.set(role, weight);
}

/** A store of the registry succeeded: runs the continuations of its changes. */
export function stored(turn: Turn, event: EventOf<'registry.stored'>): void {
  registryStored(turn, event.ticket, ({ next }) => runContinuation(turn, next));
}

export function failed(turn: Turn, event: EventOf<'registry.failed'>): void {
  registryFailed(turn, event.reason);
}

/** The function of each continuation. */
const CONTINUATIONS: {
  readonly [K in keyof Continuations]: (turn: Turn, next: ContinuationOf<K>) => void;
} = {
  elected: (turn, _next) => elected(turn),
  registered: (turn, next) => {
    turn.state.registry.arriving.delete(next.report.pid);
    admitted(turn, next);
  },
  reregistered: (turn, next) => {
    turn.state.registry.arriving.delete(next.report.pid);
    readmitted(turn, next);
  },
  unreachable: (turn, next) => {
    turn.state.leaving.delete(next.agentId);
    markedUnreachable(turn, next);
  },
  removed: (turn, next) => {
    turn.state.leaving.delete(next.agentId);
    removedFromRegistry(turn, next);
  },
  gone: (turn, { agentId }) => markedGone(turn, agentId),
  drained: (turn, { agentId }) => drained(turn, agentId),
  pruned,
  'operator.call': operatorCallStored,
};

function runContinuation<K extends keyof Continuations>(turn: Turn, next: ContinuationOf<K>): void {
  CONTINUATIONS[next.kind](turn, next);
}

function elected(turn: Turn): void {
  const { state, now } = turn;
  state.electedAt = now;
  note(turn, 'info', 'leading', { agents: state.recovered.size });
  wake(turn, { kind: 'heartbeat' }, now + HEARTBEAT_MS);
  pruneLater(turn);
  const waitMs = pauseFor(state.allocator, state.recovered.size, state.boot.settings.allocator);
  if (waitMs !== undefined) wake(turn, { kind: 'resume-offers' }, now + waitMs);
  if (state.recovered.size > 0) {
    wake(turn, { kind: 'recovered' }, now + state.boot.settings.agentReregisterTimeoutMs);
  }
}
