import { faultSchedule, faultText } from './schedule';

const PLAN = { seed: 7, targets: ['a', 'b'], durationMs: 60_000, pauseMs: 3000, longestMs: 8000 };

test('a seed has always the same faults, and others have others', () => {
  expect(faultSchedule(PLAN)).toEqual(faultSchedule(PLAN));
  expect(faultSchedule({ ...PLAN, seed: 8 })).not.toEqual(faultSchedule(PLAN));
});

test('the faults of a process do not overlap, and all are healed by the end', () => {
  const faults = faultSchedule(PLAN);
  expect(faults.length).toBeGreaterThan(5);
  for (const target of PLAN.targets) {
    const spans = faults.filter((fault) => fault.target === target);
    for (const [index, { atMs, lastsMs }] of spans.entries()) {
      const next = spans[index + 1]?.atMs ?? PLAN.durationMs;
      expect(atMs + lastsMs).toBeLessThanOrEqual(next);
    }
  }
});

test('a fault is told in words', () => {
  expect(faultText({ atMs: 1500, kind: 'stop', target: 'master', lastsMs: 250 })).toBe(
    '1.5 s: stop master for 0.3 s',
  );
});
