/** The turn of the session with the master, as the functions of the kit take it. */

import type { MesosState } from '../state/mesos-state';
import type { Turn } from '../state/turn';

export interface MasterTurn extends Pick<Turn, 'now' | 'effects'> {
  readonly state: MesosState;
}

/** Undefined where no master is meant to run the jobs. */
export function masterTurn({ state: { mesos }, now, effects }: Turn): MasterTurn | undefined {
  return mesos && { state: mesos, now, effects };
}
