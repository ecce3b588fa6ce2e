/**
 * A container's machine in tests: posts events and prints what comes out.
 */

import type {
  ContainerBoot,
  ContainerEffect,
  ContainerInput,
  Step,
} from '../../../../../cluster/agent/containerizer/core/events';
import { type ContainerState, initContainer } from '../../../../../cluster/agent/containerizer/core/state';
import { containerMachine } from '../../../../../cluster/agent/containerizer/core/step';
import type { Limitation, Termination } from '../../../../../cluster/agent/core/state/container-spec';

export const LIMIT: Limitation = {
  reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
  message: 'too much memory',
  resources: [],
};

export class MachineScript {
  readonly state: ContainerState;
  termination: Termination | undefined;
  private now = 0;

  constructor(boot: ContainerBoot = { mode: 'launch' }) {
    this.state = initContainer(boot);
  }

  /** Posts an event; the kinds of the effects, notes left out. Breaks on a violation. */
  post(event: ContainerInput): string[] {
    this.now += 1;
    const effects = containerMachine.step(this.state, { ...event, at: this.now });
    const violations = containerMachine.check?.(this.state) ?? [];
    if (violations.length > 0) throw new Error(violations.join('; '));
    return effects.flatMap((effect) => this.print(effect));
  }

  done(step: Step): string[] {
    return this.post({ kind: 'done', step });
  }

  failed(step: Step, reason = 'no'): string[] {
    return this.post({ kind: 'failed', step, reason });
  }

  /** Answers with `done` until nothing is under way; the kinds of all effects. */
  finish(): string[] {
    const kinds: string[] = [];
    while (this.state.awaited !== undefined) kinds.push(...this.done(this.state.awaited));
    return kinds;
  }

  /** Launches, up to the answer of this step. */
  launchUpTo(step: Step): void {
    this.post({ kind: 'begin' });
    while (this.state.awaited !== step && this.state.awaited !== undefined) this.done(this.state.awaited);
  }

  private print(effect: ContainerEffect): string[] {
    if (effect.kind === 'ended') this.termination = effect.termination;
    return effect.kind === 'note' ? [] : [effect.kind];
  }
}
