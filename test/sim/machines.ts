/**
 * The machines that a simulated cluster runs: the real ones, unless a bug is planted into one of them (see planted/).
 */

import { agentMachine } from '../../cluster/agent/core/step';
import { masterMachine } from '../../cluster/master/core/step';
import { marathonMachine } from '../../frameworks/marathon/core/step';

export interface Machines {
  readonly master: typeof masterMachine;
  readonly agent: typeof agentMachine;
  readonly marathon: typeof marathonMachine;
}

export const MACHINES: Machines = {
  master: masterMachine,
  agent: agentMachine,
  marathon: marathonMachine,
};
