import { watchClockJumps } from '../../../../frameworks/chronos/edge/clock-jumps';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick'] }));
afterEach(() => jest.useRealTimers());

/** The jumps that are told while the wall clock goes ahead of the monotonic one. */
function jumpsAfter(ahead: readonly number[]): readonly number[] {
  let offset = 0;
  const jumps: number[] = [];
  const stop = watchClockJumps(
    (jump) => jumps.push(Math.round(jump)),
    () => performance.now() + offset,
  );
  for (const ms of ahead) {
    offset += ms;
    jest.advanceTimersByTime(1000);
  }
  stop();
  offset += 60_000;
  jest.advanceTimersByTime(5000);
  return jumps;
}

test.each([
  ['a steady clock', [0, 0, 0], []],
  ['a time that is set forward', [0, 60_000, 0], [60_000]],
  ['small corrections', [400, 400, -400], []],
  ['a time that is set back', [-60_000, 0], []],
  ['two jumps', [1000, 0, 2000], [1000, 2000]],
])('%s: %j are the jumps %j', (_case, ahead, jumps) => {
  expect(jumpsAfter(ahead)).toEqual(jumps);
});
