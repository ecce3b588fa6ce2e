/** Chronos as a process of the long simulation. */

import type { Stamped } from '../../../cluster/model/event';
import type { ChronosEffect } from '../../../frameworks/chronos/core/state/effects';
import type { ChronosEvents } from '../../../frameworks/chronos/core/state/events';
import type { ChronosState, Settings } from '../../../frameworks/chronos/core/state/state';
import type { ChronosMachine } from '../../../frameworks/chronos/core/step';
import type { ModelTask } from '../model/agents';
import { FrameworkProcess, type ProcessOutside } from '../model/process';

/** The run of a task, and its job at the launch. */
export interface RunFacts {
  readonly runId: string;
  readonly jobName: string;
  /** The creation of the job. */
  readonly createdAt: number;
  /** Its run began while its job allowed several. */
  readonly isBeside: boolean;
}

export type ChronosTask = ModelTask<RunFacts>;

type ChronosEvent = Stamped<ChronosEvents>;
type Outside = ProcessOutside<ChronosState, ChronosEvent, ChronosEffect>;

export class ChronosProcess extends FrameworkProcess<ChronosState, ChronosEvent, ChronosEffect> {
  constructor(
    machine: ChronosMachine,
    settings: Settings,
    outside: Omit<Outside, 'boot' | 'machine' | 'perform' | 'resigned'>,
  ) {
    super({
      ...outside,
      machine,
      boot: (stored) => ({ state: machine.init(settings), first: { kind: 'started', stored } }),
      perform: (effect) => {
        if (effect.kind === 'launch' || effect.kind === 'kill')
          throw new Error(`the ${effect.kind} of ${effect.taskId} is no call`);
      },
    });
  }
}
