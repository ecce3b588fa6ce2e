/**
 * A check of all that the state of a container promises.
 */

import type { ContainerState, Phase } from './state';

const LAUNCHING: readonly Phase[] = ['provisioning', 'preparing', 'isolating', 'fetching'];

/** The violations of what is always true, a text each. */
export function checkContainer(state: ContainerState): readonly string[] {
  const { phase, awaited, ending, started, failure, failedKills } = state;
  return [
    phase === 'destroyed' && awaited !== undefined && `it is destroyed, and ${awaited} is under way`,
    phase === 'destroying' && !ending && 'it is being destroyed, and nothing asked for it',
    started && LAUNCHING.includes(phase) && `its program runs while it is ${phase}`,
    failure !== undefined && !ending && 'its launch failed, and it goes on',
    failedKills > 0 && !ending && 'it was killed, and goes on',
  ].filter((text) => typeof text === 'string');
}
