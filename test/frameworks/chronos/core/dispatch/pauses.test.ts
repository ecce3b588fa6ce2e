import { iso } from '../../schedules';
import { World } from '../../world';

function hourly(): World {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H' });
  return world;
}

const pause = (world: World, name: string, reason: string): unknown => {
  world.send({ kind: 'job.pause', request: 7, name, reason });
  return world.answers.at(-1);
};

const resume = (world: World, name: string): unknown => {
  world.send({ kind: 'job.resume', request: 8, name });
  return world.answers.at(-1);
};

test('a paused job starts nothing, and shows its reason', () => {
  const world = hourly();
  expect(pause(world, 'a', ' moving ')).toEqual({ ok: true, text: '' });
  expect(world.entry('a').record.job.pausedReason).toBe('moving');
  world.advance(3 * 3_600_000);
  expect(world.state.ready.size).toBe(0);
});

test('a pause without a reason has one all the same', () => {
  const world = hourly();
  pause(world, 'a', ' ');
  expect(world.entry('a').record.job.pausedReason).toBe('paused');
});

test('a resumed job runs once for the slots of its pause, and goes on', () => {
  const world = hourly();
  pause(world, 'a', 'moving');
  world.advance(3 * 3_600_000);
  expect(resume(world, 'a')).toEqual({ ok: true, text: '' });
  world.run('a');
  expect(world.history('a')).toEqual(['slot success in 1', 'skipped 2: a later slot runs for it']);
  expect(iso(world.state.slots.entries[0]?.at)).toBe('2026-12-01T14:00:00Z');
});

test('an unknown job can be neither paused nor resumed', () => {
  const world = hourly();
  expect(pause(world, 'x', '')).toMatchObject({ ok: false, refusal: { status: 400 } });
  expect(resume(world, 'x')).toMatchObject({ ok: false, refusal: { status: 400 } });
});

test('a paused job stays paused when its definition is sent again, unless that says otherwise', () => {
  const world = new World();
  const body = { schedule: 'R/2027-01-01T00:00:00Z/P1D' };
  world.put('a', body);
  world.send({ kind: 'job.pause', request: 1, name: 'a', reason: 'a disk is full' });
  world.put('a', body);
  expect(world.entry('a').record.job.pausedReason).toBe('a disk is full');
  world.put('a', { ...body, pausedReason: '' });
  expect(world.entry('a').record.job.pausedReason).toBe('');
});
