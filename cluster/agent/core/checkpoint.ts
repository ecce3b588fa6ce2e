/**
 * Checkpoints reservations and volumes that were made at run time.
 *
 * The master sends them; the agent keeps them on disk and reports them when it registers again.
 *
 * In: master.checkpoint
 */

import { type Resources, readResources } from '../../model/resources';
import { applyCheckpoint } from '../../model/volumes';
import type { EventOf } from './events';
import { keep } from './keep';
import type { AgentState } from './state';
import type { Turn } from './turn';

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
