/** UNRESERVE_RESOURCES: the innermost reservation of resources is taken off (Mesos 1.11 src/master/http.cpp). */

import { formError } from '../../../model/resource-errors';
import { unreserveActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { operates } from './resources';

export const unreserveResources: ChangingCall<'UNRESERVE_RESOURCES'> = {
  part: 'unreserve_resources',
  form: ({ resources }) => formError(resources),
  permission: needsEach(({ resources }) => unreserveActions(resources)),
  ...operates<'UNRESERVE_RESOURCES'>(({ agent_id, resources }) => ({
    agentId: agent_id.value,
    operation: { type: 'UNRESERVE', unreserve: { resources } },
  })),
};
