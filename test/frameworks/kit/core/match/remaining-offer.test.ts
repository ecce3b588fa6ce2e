import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { printResources, readResources } from '../../../../../cluster/model/resources';
import {
  afterLaunch,
  isUnderMaintenance,
  offeredRole,
  remainingOffer,
} from '../../../../../frameworks/kit/core/match/remaining-offer';
import { readWords } from '../../../../cluster/master/operation-words';

function offer(members: Partial<mesos.Offer> = {}): mesos.Offer {
  return {
    id: { value: 'O1' },
    framework_id: { value: 'F1' },
    agent_id: { value: 'S1' },
    hostname: 'host1',
    resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, role: '*' }],
    ...members,
  };
}

test('an offer has less after a launch, and stays the same offer', () => {
  const before = remainingOffer(offer());
  const after = afterLaunch(before, readResources(readWords('cpus:1')));
  expect([before, after].map(({ resources }) => printResources(resources))).toEqual(['cpus:4', 'cpus:3']);
  expect(after.offer).toBe(before.offer);
  expect(after.agent).toEqual({ host: 'host1', agentId: 'S1', attributes: [] });
});

test.each([
  [{}, '*'],
  [{ allocation_info: { role: 'web' } }, 'web'],
])('an offer with %j is for the role %s', (members, role) => {
  expect(offeredRole(offer(members))).toBe(role);
});

const second = (seconds: number) => ({ nanoseconds: seconds * 1e9 });

test.each<[name: string, unavailability: mesos.Unavailability | undefined, at: number, is: boolean]>([
  ['without a window', undefined, 100, false],
  ['before the time for draining', { start: second(200) }, 89, false],
  ['when draining begins', { start: second(200) }, 190, true],
  ['during a window', { start: second(200), duration: second(10) }, 205, true],
  ['after a window', { start: second(200), duration: second(10) }, 211, false],
  ['long after the start of an endless window', { start: second(200) }, 9999, true],
])('%s an agent is under maintenance: %s', (_name, unavailability, at, is) => {
  expect(isUnderMaintenance(offer(unavailability && { unavailability }), at * 1000, 10_000)).toBe(is);
});
