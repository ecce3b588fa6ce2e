import { shrinkVolume } from '../../../../../cluster/master/core/operator-calls/shrink-volume';
import { callError } from '../../../../../cluster/master/core/validate/operator-call';
import { agentCall, asks, OFFERED, VOLUME } from '../../operator-asks';

const PART = { volume: VOLUME, subtract: { value: 1 } };

it('SHRINK_VOLUME needs an agent, which must be known', () => {
  expect(callError<'SHRINK_VOLUME'>(shrinkVolume, { shrink_volume: PART })).toBe(
    "Failed to validate master::Call: Expecting 'agent_id' to be present; " +
      'only agent default resources are supported right now',
  );
  const shrink_volume = { ...PART, ...agentCall('none') };
  expect(asks(OFFERED, { type: 'SHRINK_VOLUME', shrink_volume })).toEqual([
    'answer 400 No agent found with specified ID',
  ]);
});
