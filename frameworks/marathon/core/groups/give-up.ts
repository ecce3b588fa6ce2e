/** The end of deployments that are given up: they are taken back, or end where they are. */

import { cancelDeployment, startDeployment } from '../deployments/deploy';
import { goesBack } from '../deployments/policy';
import type { Deployment } from '../state/state';
import { publish, type Turn } from '../state/turn';
import { tryChange } from './change';
import { revertChange } from './revert';

/** Ends the deployments that this step has given up. True when there were some. */
export function endGivenUp(turn: Turn): boolean {
  const { givenUp, deployments } = turn.state;
  const ids = [...givenUp];
  givenUp.clear();
  for (const id of ids) {
    const deployment = deployments.get(id);
    if (deployment) end(turn, deployment);
  }
  return ids.length > 0;
}

function end(turn: Turn, deployment: Deployment): void {
  const reason = deployment.givenUp ?? 'given up';
  if (!goesBack(turn.state, deployment)) return cancelDeployment(turn, deployment, reason);
  const change = revertChange(turn.state, deployment);
  // It ends first: its reason goes before the way back on the event stream.
  cancelDeployment(turn, deployment, `${reason}; the change is taken back`);
  const outcome = tryChange(turn, change, { force: true });
  if ('refusal' in outcome) {
    publish(turn, 'group_change_failed', {
      groupId: '/',
      version: deployment.version,
      reason: 'no way back',
    });
    return;
  }
  const back = { ...outcome.deployment, isReturn: true };
  publish(turn, 'group_change_success', { groupId: '/', version: back.version });
  startDeployment(turn, back);
}
