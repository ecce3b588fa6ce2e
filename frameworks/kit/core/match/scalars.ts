/** The scalars that a task needs: those that an offer lacks, and the consumption of them all with the task's ports. */

import { combine, type Resources } from '../../../../cluster/model/resources';
import { consumePorts, consumeScalar, scalarAmount } from './resources';

/** In the order in which offers are told to lack them. */
const SCALAR_NAMES = ['cpus', 'mem', 'disk', 'gpus'] as const;
export type ScalarName = (typeof SCALAR_NAMES)[number];

/** An amount for each scalar, in Mesos' units. */
export type ScalarNeed = Readonly<Record<ScalarName, number>>;

/** The need of two parts of a task together. */
export function addNeeds(need: ScalarNeed, other: ScalarNeed): ScalarNeed {
  return {
    cpus: need.cpus + other.cpus,
    mem: need.mem + other.mem,
    disk: need.disk + other.disk,
    gpus: need.gpus + other.gpus,
  };
}

/** The scalars of which there is not enough. */
export function lackingScalars(usable: Resources, need: ScalarNeed): ScalarName[] {
  return SCALAR_NAMES.filter((name) => scalarAmount(usable, name) < milliOf(need[name]));
}

/** The resources of a task. The caller has checked that there is enough. */
export function consumeNeed(usable: Resources, need: ScalarNeed, ports: readonly number[]): Resources {
  const scalars = SCALAR_NAMES.flatMap((name) => consumeScalar(usable, name, milliOf(need[name])));
  return combine([...scalars, ...consumePorts(usable, ports)]);
}

function milliOf(value: number): number {
  return Math.round(value * 1000);
}
