import { unreserveResources } from '../../../../../cluster/master/core/operator-calls/unreserve-resources';
import { callError } from '../../../../../cluster/master/core/validate/operator-call';
import { agentCall, asks, OFFERED } from '../../operator-asks';

const resource = (name: string) =>
  ({ name, type: 'SCALAR', scalar: { value: 1 }, reservations: [{ type: 'DYNAMIC', role: 'web' }] }) as const;
const call = (agent: string, name = 'cpus') =>
  ({
    type: 'UNRESERVE_RESOURCES',
    unreserve_resources: { ...agentCall(agent), resources: [resource(name)] },
  }) as const;

it('UNRESERVE_RESOURCES is carried out, or refused with the reason', () => {
  expect(asks(OFFERED, call('M-S0'))[0]).toBe('answer 409  does not contain cpus(web):1');
  expect(asks(OFFERED, call('none'))).toEqual(['answer 400 No agent found with specified ID']);
});

it('UNRESERVE_RESOURCES of the v1 API is refused for resources of a bad form', () => {
  expect(callError<'UNRESERVE_RESOURCES'>(unreserveResources, call('none', ''))).toContain(
    'Empty resource name',
  );
});
