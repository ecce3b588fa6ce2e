import { reserveResources } from '../../../../../cluster/master/core/operator-calls/reserve-resources';
import { callError } from '../../../../../cluster/master/core/validate/operator-call';
import { agentCall, asks, OFFERED } from '../../operator-asks';

const resource = (name: string) =>
  ({ name, type: 'SCALAR', scalar: { value: 1 }, reservations: [{ type: 'DYNAMIC', role: 'web' }] }) as const;
const call = (agent: string, name = 'cpus') =>
  ({
    type: 'RESERVE_RESOURCES',
    reserve_resources: { ...agentCall(agent), resources: [resource(name)] },
  }) as const;

it('RESERVE_RESOURCES is carried out, or refused with the reason', () => {
  expect(asks(OFFERED, call('M-S0')).slice(0, 2)).toEqual(['answer 202', 'event web: RESCIND M-O0']);
  expect(asks(OFFERED, call('none'))).toEqual(['answer 400 No agent found with specified ID']);
});

it('RESERVE_RESOURCES of the v1 API is refused for resources of a bad form', () => {
  expect(callError<'RESERVE_RESOURCES'>(reserveResources, call('none', ''))).toContain('Empty resource name');
});
