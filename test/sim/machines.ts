/**
 * The machines that a simulated cluster runs: the real ones, unless a bug is planted into one of them (see planted/).
 */

import { agentMachine } from '../../cluster/agent/core/step';
import { masterMachine } from '../../cluster/master/core/step';
import { type ChronosMachine, chronosMachine } from '../../frameworks/chronos/core/step';
import { tzRules } from '../../frameworks/chronos/edge/zone-rules';
import { marathonMachine } from '../../frameworks/marathon/core/step';

export interface Machines {
  readonly master: typeof masterMachine;
  readonly agent: typeof agentMachine;
  readonly marathon: typeof marathonMachine;
  readonly chronos: ChronosMachine;
}

export const MACHINES: Machines = {
  master: masterMachine,
  agent: agentMachine,
  marathon: marathonMachine,
  chronos: chronosMachine(tzRules()),
};
