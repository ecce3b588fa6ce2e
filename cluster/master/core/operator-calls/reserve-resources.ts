/** RESERVE_RESOURCES: resources of an agent are kept for a role (Mesos 1.11 src/master/http.cpp). */

import { formError } from '../../../model/resource-errors';
import { reserveActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { operates } from './resources';

export const reserveResources: ChangingCall<'RESERVE_RESOURCES'> = {
  part: 'reserve_resources',
  form: ({ resources }) => formError(resources),
  permission: needsEach(reserveActions),
  ...operates<'RESERVE_RESOURCES'>(({ agent_id, resources, source }) => ({
    agentId: agent_id.value,
    operation: { type: 'RESERVE', reserve: { resources, source } },
  })),
};
