/** CREATE_VOLUMES: persistent volumes are made of reserved disk (Mesos 1.11 src/master/http.cpp). */

import { createActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { operates } from './resources';

export const createVolumes: ChangingCall<'CREATE_VOLUMES'> = {
  part: 'create_volumes',
  permission: needsEach(({ volumes }) => createActions(volumes)),
  ...operates<'CREATE_VOLUMES'>(({ agent_id, volumes }) => ({
    agentId: agent_id.value,
    operation: { type: 'CREATE', create: { volumes } },
  })),
};
