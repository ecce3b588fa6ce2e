/**
 * Readiness checks: running tasks are probed during a deployment only, until the first success.
 */

import type { ReadinessCheck } from '../../api/app';
import { hostPortNames } from '../apps/host-port-names';
import { appOf } from '../instances/definition';
import { tally } from '../instances/tally';
import type { EventOf } from '../state/events';
import { PROBE_PAUSE_MIN_MS } from '../state/limits';
import type { Instance, Readiness } from '../state/state';
import type { Timer } from '../state/timers';
import { type Turn, wake } from '../state/turn';

/** Begins to probe an instance that runs. Without an effect when it has no check or is probed already. */
export function watchReadiness(turn: Turn, instance: Instance): void {
  const { state } = turn;
  const [check] = appOf(state, instance)?.readinessChecks ?? [];
  if (!check || !instance.task || instance.condition !== 'Running') return;
  if (state.readiness.get(instance.id)?.taskId === instance.task.id) return;
  state.readiness.set(instance.id, { taskId: instance.task.id, name: check.name, ready: false });
  tally(state, instance);
  sendProbe(turn, instance);
}

/** The timer `ready` has run out. Once nothing waits for the task, the next deployment begins anew. */
export function readinessDue(turn: Turn, { instanceId }: Timer<'ready'>): void {
  const { state } = turn;
  const instance = state.instances.get(instanceId);
  if (!instance) return;
  if (instance.condition === 'Running' && state.locks.has(instance.appId)) sendProbe(turn, instance);
  else if (state.readiness.get(instanceId)?.ready === false) {
    state.readiness.delete(instanceId);
    tally(state, instance);
  }
}

function sendProbe(turn: Turn, instance: Instance): void {
  const { state } = turn;
  const readiness = state.readiness.get(instance.id);
  const app = appOf(state, instance);
  const [check] = app?.readinessChecks ?? [];
  if (!app || !check || !readiness || readiness.ready || readiness.probing !== undefined) return;
  const port = instance.task?.hostPorts[hostPortNames(app).indexOf(check.portName)];
  const host = instance.agent?.host;
  if (port === undefined || host === undefined) return;
  readiness.probing = state.nextProbe++;
  turn.effects.push({
    kind: 'probe',
    probe: readiness.probing,
    target: instance.id,
    purpose: { kind: 'readiness' },
    check: {
      protocol: check.protocol,
      host,
      port,
      path: check.path,
      timeoutMs: check.timeoutSeconds * 1000,
      ipProtocol: 'IPv4',
      statuses: check.httpStatusCodesForReady,
      keepBody: check.preserveLastResponse,
    },
  });
}

/** A readiness probe has come back. */
export function applyReadinessResult(turn: Turn, event: EventOf<'probed'>): void {
  const { state } = turn;
  const instance = state.instances.get(event.target);
  const readiness = state.readiness.get(event.target);
  if (!instance || !readiness || readiness.probing !== event.probe) return;
  const [check] = appOf(state, instance)?.readinessChecks ?? [];
  if (!check) return;
  readiness.probing = undefined;
  readiness.ready = event.result.ok;
  tally(state, instance);
  if (check.preserveLastResponse) keepResponse(readiness, event.result);
  turn.touched.add(instance.appId);
  if (!readiness.ready) wake(turn, { kind: 'ready', instanceId: instance.id }, turn.now + intervalMs(check));
}

/** Keeps the last response. A failed connection counts as an answer of status 504, as in the original. */
function keepResponse(readiness: Readiness, result: EventOf<'probed'>['result']): void {
  const cause = result.ok ? '' : result.cause;
  readiness.lastResponse = result.response ?? { status: 504, contentType: 'text/plain', body: cause };
}

function intervalMs(check: ReadinessCheck): number {
  return Math.max(PROBE_PAUSE_MIN_MS, check.intervalSeconds * 1000);
}
