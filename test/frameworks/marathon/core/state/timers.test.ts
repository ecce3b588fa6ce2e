import { marathonTimers } from '../../../../../frameworks/marathon/core/state/timers';

describe('the timers of Marathon', () => {
  it.each([
    [{ kind: 'probe', instanceId: 'web.instance-1', index: 2 }, 'probe web.instance-1 2'],
    [{ kind: 'ready', instanceId: 'web.instance-1' }, 'ready web.instance-1'],
    [{ kind: 'scale-check' }, 'scale-check'],
  ] as const)('%j has the name %s in recordings', (timer, name) => {
    expect(marathonTimers.nameOf(timer)).toBe(name);
    expect(marathonTimers.read(name)).toEqual(timer);
  });
});
