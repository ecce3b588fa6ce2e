import { Watches } from '../../../../../cluster/agent/containerizer/isolators/watches';
import type { Limitation } from '../../../../../cluster/agent/core/state/container-spec';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { runOf } from './builders';

const LIMITATION: Limitation = { reason: 'REASON_CONTAINER_LIMITATION', message: 'too much', resources: [] };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('watches of containers', () => {
  const looks: string[] = [];
  const over = new Set<string>();
  let clock: VirtualClock;
  let watches: Watches;
  beforeEach(() => {
    looks.length = 0;
    over.clear();
    clock = new VirtualClock();
    watches = new Watches(clock, 1000, async ({ spec }) => {
      looks.push(spec.containerId);
      if (spec.containerId === 'broken') throw new Error('cannot look');
      return over.has(spec.containerId) ? LIMITATION : undefined;
    });
  });
  const add = (containerId: string, limited: () => void = () => undefined) =>
    watches.add(runOf({ containerId }), limited);

  it('look at each of them once in an interval, in turn', async () => {
    add('A');
    add('B');
    await clock.advanceSettled(2000, settled);
    expect(looks).toEqual(['A', 'B', 'A']);
  });

  it('tell a limit once, and go on with the others', async () => {
    const limited: string[] = [];
    add('A', () => limited.push('A'));
    add('broken');
    over.add('A');
    await clock.advanceSettled(5000, settled);
    expect(limited).toEqual(['A']);
    expect(looks.filter((id) => id === 'A')).toHaveLength(1);
    expect(looks.filter((id) => id === 'broken').length).toBeGreaterThan(2);
  });

  it('leave no timer when nothing is left to look at', async () => {
    add('A');
    watches.remove(runOf({ containerId: 'A' }));
    expect(clock.next()).toBeUndefined();
    add('A');
    watches.stop();
    expect(clock.next()).toBeUndefined();
  });
});
