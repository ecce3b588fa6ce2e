/**
 * The subscription at the master: the FrameworkInfo, lost connections, and the removal of the framework.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { note } from '../../../../cluster/model/machine';
import { isActive } from '../instances/conditions';
import { loseTask, repeatKills } from '../instances/kill';
import type { EventOf } from '../state/events';
import type { MarathonState } from '../state/state';
import { saveFrameworkId } from '../state/storage';
import { callNow, publish, type Turn } from '../state/turn';
import { beginReconciliation } from './reconcile';
import { resubscribed } from './revive';

/** The FrameworkInfo of this Marathon. */
export function frameworkInfo({ settings, session }: MarathonState): mesos.FrameworkInfo {
  const types: mesos.FrameworkInfo.Capability.Type[] = ['PARTITION_AWARE', 'MULTI_ROLE', 'REGION_AWARE'];
  if (settings.features.includes('task_killing')) types.push('TASK_KILLING_STATE');
  if (settings.features.includes('gpu_resources')) types.push('GPU_RESOURCES');
  return {
    user: settings.user,
    name: settings.frameworkName,
    ...(session.frameworkId !== undefined && { id: { value: session.frameworkId } }),
    failover_timeout: settings.failoverTimeoutSeconds,
    checkpoint: settings.checkpoint,
    roles: [settings.role],
    hostname: settings.hostname,
    ...(settings.principal !== undefined && { principal: settings.principal }),
    ...(settings.webuiUrl !== undefined && { webui_url: settings.webuiUrl }),
    capabilities: types.map((type) => ({ type })),
  };
}

export function sendFrameworkInfo(turn: Turn): void {
  turn.effects.push({ kind: 'framework', info: frameworkInfo(turn.state) });
}

export function subscribed(turn: Turn, event: EventOf<'scheduler.subscribed'>): void {
  const { state } = turn;
  const { session } = state;
  const isSameFramework = session.frameworkId === event.frameworkId;
  session.connected = true;
  session.master = event.master;
  session.region = event.masterRegion;
  const master = event.master ?? '';
  if (isSameFramework) publish(turn, 'scheduler_reregistered_event', { master });
  else {
    session.frameworkId = event.frameworkId;
    saveFrameworkId(turn);
    sendFrameworkInfo(turn);
    publish(turn, 'scheduler_registered_event', { frameworkId: event.frameworkId, master });
  }
  note(turn, 'info', 'subscribed', { framework: event.frameworkId, master });
  resubscribed(state);
  repeatKills(turn);
  beginReconciliation(turn);
  if (state.waiting.size > 0) callNow(turn, { type: 'REVIVE', revive: { roles: [state.settings.role] } });
}

export function disconnected(turn: Turn, { reason }: EventOf<'scheduler.disconnected'>): void {
  const { session } = turn.state;
  if (!session.connected) return;
  session.connected = false;
  note(turn, 'warn', 'the connection to the master is lost', { reason });
  publish(turn, 'scheduler_disconnected_event', {});
}

/** An ERROR of the master: it refuses the subscription and ends the stream. */
export function handleError(turn: Turn, { message }: EventOf<'scheduler.error'>): void {
  const { state } = turn;
  note(turn, 'error', 'the master refused us', { message });
  if (/framework failed over/i.test(message)) {
    turn.effects.push({ kind: 'resign', reason: 'another Marathon has taken over this framework id' });
    return;
  }
  if (!/framework has been removed/i.test(message) || state.session.frameworkId === undefined) return;
  note(turn, 'warn', 'subscribing as a new framework: all instances are launched anew', {
    framework: state.session.frameworkId,
  });
  state.session.frameworkId = undefined;
  saveFrameworkId(turn);
  sendFrameworkInfo(turn);
  for (const instance of [...state.instances.values()]) {
    if (instance.condition === 'UnreachableInactive' || isActive(instance.condition))
      loseTask(turn, instance);
  }
}
