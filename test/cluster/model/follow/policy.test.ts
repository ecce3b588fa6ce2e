import { type BackOff, nextPause } from '../../../../cluster/model/follow/policy';
import { randomFrom } from '../../../../cluster/model/random';

const BACK_OFF: BackOff = { firstMs: 100, factor: 2, maxMs: 5000, spread: 0, failuresAtStart: 0 };

function pauses(backOff: BackOff, count: number): number[] {
  const random = randomFrom(1);
  let failures = backOff.failuresAtStart;
  return Array.from({ length: count }, () => {
    const next = nextPause(backOff, failures, random);
    failures = next.failures;
    return next.pauseMs;
  });
}

describe('a pause', () => {
  it('grows by the factor up to the longest', () => {
    expect(pauses(BACK_OFF, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('begins later where failures count as there before', () => {
    expect(pauses({ ...BACK_OFF, failuresAtStart: 2 }, 2)).toEqual([400, 800]);
  });

  it('is random in its last part only', () => {
    const all = pauses({ ...BACK_OFF, spread: 0.5 }, 40);
    expect(Math.max(...all)).toBeLessThanOrEqual(5000);
    expect(Math.min(...all.slice(6))).toBeGreaterThanOrEqual(2500);
    expect(new Set(all).size).toBeGreaterThan(10);
  });

  it('stays the longest however many failures there were', () => {
    expect(nextPause(BACK_OFF, 1e6, randomFrom(1))).toEqual({ pauseMs: 5000, failures: 1000 });
  });
});
