import { growVolume } from '../../../../../cluster/master/core/operator-calls/grow-volume';
import { callError } from '../../../../../cluster/master/core/validate/operator-call';
import { agentCall, asks, OFFERED, VOLUME } from '../../operator-asks';

const PART = { volume: VOLUME, addition: VOLUME };

it('GROW_VOLUME needs an agent, which must be known', () => {
  expect(callError<'GROW_VOLUME'>(growVolume, { grow_volume: PART })).toBe(
    "Failed to validate master::Call: Expecting 'agent_id' to be present; " +
      'only agent default resources are supported right now',
  );
  const grow_volume = { ...PART, ...agentCall('none') };
  expect(asks(OFFERED, { type: 'GROW_VOLUME', grow_volume })).toEqual([
    'answer 400 No agent found with specified ID',
  ]);
});
