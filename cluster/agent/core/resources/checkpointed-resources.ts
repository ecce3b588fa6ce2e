/**
 * Checkpoints reservations and volumes that were made at run time.
 *
 * The master sends them; the agent keeps them on disk and reports them when it registers again.
 *
 * In: master.checkpoint
 */

import type { Resource } from '../../../api/generated/mesos';
import { type Resources, readResources, writeResources } from '../../../model/resources';
import { applyCheckpoint, checkpointedOf } from '../../../model/volumes';
import { keep } from '../checkpoint/keep';
import type { EventOf } from '../state/events';
import type { AgentState } from '../state/state';
import type { Turn } from '../state/turn';

export function checkpoint({ state }: Turn, { message }: EventOf<'master.checkpoint'>): void {
  state.checkpointed = message.resources ?? [];
  keep(state, { entry: 'resources', value: state.checkpointed });
}

/** The agent's resources with the reservations and volumes made on them. */
export function totalOf({ boot, checkpointed }: AgentState): Resources {
  const machine = readResources(boot.resources);
  const total = applyCheckpoint(machine, readResources(checkpointed));
  return 'error' in total ? machine : total;
}

/** Keeps what a new total has of reservations and volumes made at run time. */
export function keepTotal(state: AgentState, total: Resources): void {
  state.checkpointed = writeResources(checkpointedOf(total)) as readonly Resource[];
  keep(state, { entry: 'resources', value: state.checkpointed });
}
