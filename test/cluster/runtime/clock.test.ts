import { pause, systemClock, VirtualClock } from '../../../cluster/runtime/clock';

describe('the virtual clock', () => {
  it('stands still until it is moved', () => {
    const clock = new VirtualClock(5);
    expect(clock.now()).toBe(5);
    clock.advance(10);
    expect(clock.now()).toBe(15);
  });

  it('calls in order of time, then of asking, and shows each its own time', () => {
    const clock = new VirtualClock();
    const calls: string[] = [];
    const call = (name: string) => () => calls.push(`${clock.now()} ${name}`);
    clock.wakeAt(20, call('late'));
    clock.wakeAt(10, call('first'));
    clock.wakeAt(10, call('second'));
    expect(clock.next()).toBe(10);
    clock.advance(20);
    expect(calls).toEqual(['10 first', '10 second', '20 late']);
    expect(clock.next()).toBeUndefined();
  });

  it('also calls what a call asked for on the way', () => {
    const clock = new VirtualClock();
    const calls: number[] = [];
    const again = (): void => {
      calls.push(clock.now());
      if (calls.length < 3) clock.wakeAt(clock.now() + 10, again);
    };
    clock.wakeAt(10, again);
    clock.advance(25);
    expect(calls).toEqual([10, 20]);
    clock.advance(5);
    expect(calls).toEqual([10, 20, 30]);
  });

  it('does not call what was called off, and calls late what lies in the past', () => {
    const clock = new VirtualClock(100);
    const calls: string[] = [];
    const off = clock.wakeAt(110, () => calls.push('off'));
    clock.wakeAt(50, () => calls.push(`past at ${clock.now()}`));
    off();
    off();
    clock.advance(20);
    expect(calls).toEqual(['past at 100']);
  });
});

describe('the virtual clock with promises', () => {
  it('lets them settle after each callback, so that what they ask for comes on the way', async () => {
    const clock = new VirtualClock();
    const calls: number[] = [];
    const work = async (): Promise<void> => {
      for (let round = 0; round < 3; round++) {
        await pause(clock, 10);
        calls.push(clock.now());
      }
    };
    const done = work();
    await clock.advanceSettled(25, () => new Promise((resolve) => setImmediate(resolve)));
    expect([calls, clock.now()]).toEqual([[10, 20], 25]);
    await clock.advanceSettled(5, () => new Promise((resolve) => setImmediate(resolve)));
    await done;
    expect(calls).toEqual([10, 20, 30]);
  });
});

describe('the clock of the machine', () => {
  afterEach(() => jest.useRealTimers());

  it('does not run backwards when the time of the machine is set back', () => {
    jest.useFakeTimers({ now: 10_000 });
    const clock = systemClock();
    expect(clock.now()).toBe(10_000);
    jest.setSystemTime(5_000);
    expect(clock.now()).toBe(10_000);
    jest.setSystemTime(10_001);
    expect(clock.now()).toBe(10_001);
  });

  it('calls at or after the time, and not when called off', () => {
    jest.useFakeTimers({ now: 0 });
    const clock = systemClock();
    const calls: number[] = [];
    clock.wakeAt(1000, () => calls.push(clock.now()));
    clock.wakeAt(1000, () => calls.push(-1))();
    jest.advanceTimersByTime(999);
    expect(calls).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(calls).toEqual([1000]);
  });

  it('goes on calling when the time of the machine is set back, and shows each call its time', () => {
    jest.useFakeTimers({ now: 10_000_000 });
    const clock = systemClock();
    const calls: number[] = [];
    const again = (): void => {
      calls.push(clock.now());
      clock.wakeAt(clock.now() + 1000, again);
    };
    clock.wakeAt(clock.now() + 1000, again);
    jest.setSystemTime(10_000);
    jest.advanceTimersByTime(3000);
    expect(calls).toEqual([10_001_000, 10_002_000, 10_003_000]);
  });

  it('can wait longer than one timer of the system', () => {
    jest.useFakeTimers({ now: 0 });
    const clock = systemClock();
    const calls: number[] = [];
    const target = 2 ** 31 * 2.5;
    clock.wakeAt(target, () => calls.push(clock.now()));
    jest.advanceTimersByTime(target - 1);
    expect(calls).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(calls).toEqual([target]);
  });
});
