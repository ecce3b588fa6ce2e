/** SHRINK_VOLUME: a persistent volume gives disk back (Mesos 1.11 src/master/http.cpp). */

import { resizeActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { agentIdError, operates } from './resources';

export const shrinkVolume: ChangingCall<'SHRINK_VOLUME'> = {
  part: 'shrink_volume',
  form: agentIdError,
  permission: needsEach(({ volume }) => resizeActions(volume)),
  ...operates<'SHRINK_VOLUME'>(({ agent_id, volume, subtract }) => ({
    agentId: agent_id?.value,
    operation: { type: 'SHRINK_VOLUME', shrink_volume: { volume, subtract } },
  })),
};
