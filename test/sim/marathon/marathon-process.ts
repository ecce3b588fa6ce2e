/** Marathon as a process of the long simulation, and what it notes about a task at its launch. */

import type { MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import type { MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';
import type { Machines } from '../machines';
import type { ModelTask } from '../model/agents';
import { FrameworkProcess, type ProcessOutside } from '../model/process';

/** A task as its TaskInfo tells it. */
export interface LaunchFacts {
  readonly instanceId: string;
  readonly command: string;
  readonly ports: readonly number[];
  /** Mesos performs checks of it. */
  readonly isChecked: boolean;
}

export type MarathonTask = ModelTask<LaunchFacts>;

interface Outside
  extends Omit<ProcessOutside<MarathonState, MarathonEvent, MarathonEffect>, 'boot' | 'machine'> {
  /** Called with the state of a new life, before its first step. */
  readonly began: (state: MarathonState) => void;
}

export class MarathonProcess extends FrameworkProcess<MarathonState, MarathonEvent, MarathonEffect> {
  constructor(machine: Machines['marathon'], settings: MarathonSettings, outside: Outside) {
    super({
      ...outside,
      machine,
      boot: (stored, at) => {
        const seed = outside.chance.between(1, 1_000_000_000);
        const state = machine.init({ at, seed, settings, stored });
        outside.began(state);
        return { state, first: { kind: 'started' } };
      },
    });
  }
}
