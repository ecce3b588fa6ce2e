import { earliest } from '../../../../../cluster/model/time-heap';
import { iso } from '../../schedules';
import { World } from '../../world';

const HOUR = 3_600_000;

test('a start in the past runs once, now', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2015-01-01T00:00:00Z/PT1H' });
  world.run('a');
  expect(world.history('a')).toEqual(['slot success in 1']);
  expect(iso(earliest(world.state.slots)?.at)).toBe('2026-12-01T11:00:00Z');
});

test('an outage collapses slots into one late run, or misses them with epsilon', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H' });
  world.put('b', { schedule: 'R/2026-12-01T11:00:00Z/PT1H', epsilon: 'PT40M' });
  world.outage(3 * HOUR);
  world.place();
  expect([world.history('a'), world.history('b')]).toEqual([
    ['skipped 2: a later slot runs for it'],
    ['missed 2: the start deadline has passed'],
  ]);
  expect(world.log).toEqual(['missed b: the start deadline has passed', 'launch a', 'launch b']);
});

test('a disabled job has no slots until it is enabled', () => {
  const world = new World();
  const schedule = 'R/2026-12-01T11:00:00Z/PT1H';
  world.put('a', { schedule, disabled: true });
  world.advance(2 * HOUR);
  expect([earliest(world.state.slots), world.state.ready.size]).toEqual([undefined, 0]);
  world.put('a', { schedule });
  expect(world.state.ready.size).toBe(1);
});

test('a start before the creation is no slot when its epsilon is over', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2026-12-01T09:30:00Z/PT2H', epsilon: 'PT10M' });
  expect([world.history('a'), world.state.ready.size]).toEqual([[], 0]);
  world.advance(HOUR);
  expect(world.state.ready.size).toBe(1);
});

test('a cron expression does not run at the creation of its job', () => {
  const world = new World();
  world.put('a', { schedule: '0 9 * * *' });
  expect(world.state.ready.size).toBe(0);
  expect(iso(earliest(world.state.slots)?.at)).toBe('2026-12-02T09:00:00Z');
});

test('slots that are open when the schedule is replaced have an outcome', () => {
  const world = new World();
  const schedule = 'R/2026-12-01T11:00:00Z/PT1H';
  world.put('a', { schedule });
  world.put('b', { schedule });
  world.advance(HOUR / 2);
  world.place();
  world.advance(3 * HOUR);
  world.put('a', { schedule: 'R/2026-12-01T00:30:00Z/PT1H' });
  world.put('b', { schedule: 'R/2026-12-01T00:00:00Z/PT2H' });
  expect(world.history('a')).toEqual(['skipped 3: the schedule was replaced']);
  expect(world.history('b')).toEqual(['skipped 2: the schedule was replaced']);
  world.end('b');
  world.run('b');
  expect(world.history('b')[0]).toBe('slot success in 1');
});

test('a hundred jobs due at once are decided by one timer', () => {
  const world = new World();
  for (let number = 0; number < 100; number++)
    world.put(`a${number}`, { schedule: 'R/2026-12-01T11:00:00Z/PT1H' });
  world.advance(HOUR);
  expect(world.state.ready.size).toBe(100);
});

test('slots that are due after a jump of the clock are decided before their timer', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/P1D' });
  world.now += 3_600_000;
  expect(world.state.ready.size).toBe(0);
  world.send({ kind: 'clock.jumped' });
  expect(world.state.ready.size).toBe(1);
});
