import { masterTimers } from '../../../../../cluster/master/core/state/timers';

describe('the timers of the master', () => {
  it.each([
    [{ kind: 'allocate' }, 'allocate'],
    [{ kind: 'offer', offerId: 'M-O1' }, 'offer M-O1'],
    [{ kind: 'filter', frameworkId: 'M-F0', agentId: 'M-S1' }, 'filter M-F0 M-S1'],
    [
      { kind: 'filter', frameworkId: 'chosen by a scheduler', agentId: 'M-S1' },
      'filter chosen%20by%20a%20scheduler M-S1',
    ],
  ] as const)('%j has the name %s in recordings', (timer, name) => {
    expect(masterTimers.nameOf(timer)).toBe(name);
    expect(masterTimers.read(name)).toEqual(timer);
  });
});
