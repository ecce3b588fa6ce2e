/** GROW_VOLUME: a persistent volume gets more disk (Mesos 1.11 src/master/http.cpp). */

import { resizeActions } from '../authorize/operations';
import { needsEach } from '../authorize/operator';
import type { ChangingCall } from './call';
import { agentIdError, operates } from './resources';

export const growVolume: ChangingCall<'GROW_VOLUME'> = {
  part: 'grow_volume',
  form: agentIdError,
  permission: needsEach(({ volume }) => resizeActions(volume)),
  ...operates<'GROW_VOLUME'>(({ agent_id, volume, addition }) => ({
    agentId: agent_id?.value,
    operation: { type: 'GROW_VOLUME', grow_volume: { volume, addition } },
  })),
};
