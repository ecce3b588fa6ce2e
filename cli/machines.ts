/**
 * The machines whose recordings can be replayed.
 */

import { agentMachine } from '../cluster/agent/core/step';
import { executorMachine } from '../cluster/executor/core/step';
import { masterMachine } from '../cluster/master/core/step';
import type { Machine } from '../cluster/model/event';
import { dnsMachines } from '../dns/core/step';
import { chronosReplay } from '../frameworks/chronos/edge/machine';
import { marathonReplay } from '../frameworks/marathon/core/step';
import { lbMachine } from '../lb/core/step';

// biome-ignore lint/suspicious/noExplicitAny: machines differ in their types; a replay does not care.
type AnyMachine = Machine<any, any, { kind: string }, any>;

export const machines: readonly AnyMachine[] = [
  masterMachine,
  agentMachine,
  executorMachine,
  marathonReplay,
  chronosReplay,
  lbMachine,
  ...dnsMachines,
];
