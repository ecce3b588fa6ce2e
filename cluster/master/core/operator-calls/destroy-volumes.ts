/**
 * DESTROY_VOLUMES: persistent volumes become reserved disk again, without their data (Mesos 1.11 src/master/http.cpp).
 */

import { destroyActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { operates } from './resources';

export const destroyVolumes: ChangingCall<'DESTROY_VOLUMES'> = {
  part: 'destroy_volumes',
  permission: needsEach(({ volumes }) => destroyActions(volumes)),
  ...operates<'DESTROY_VOLUMES'>(({ agent_id, volumes }) => ({
    agentId: agent_id.value,
    operation: { type: 'DESTROY', destroy: { volumes } },
  })),
};
