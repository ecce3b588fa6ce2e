import { historyOf } from '../../../../../frameworks/chronos/core/state/state';
import { SETTINGS, World } from '../../world';

const MINUTE = 60_000;

/** A job each ten minutes whose run at 11:00 goes on for 25 minutes. */
function overrun(members: object): World {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT10M', ...members });
  world.advance(30 * MINUTE);
  world.place();
  world.advance(25 * MINUTE);
  return world;
}

test('without a policy, slots that a run overran collapse into one late run', () => {
  const world = overrun({});
  world.end('a');
  expect(world.history('a')).toEqual(['skipped 1: a later slot runs for it', 'slot success in 1']);
  expect(world.state.ready.size).toBe(1);
});

test('with epsilon, slots wait for the run before until their deadlines', () => {
  const world = overrun({ epsilon: 'PT12M' });
  expect(world.history('a')).toEqual(['missed 1: an earlier run took too long']);
  world.end('a');
  expect(world.state.ready.size).toBe(1);
  expect(world.log).toEqual(['launch a', 'missed a: an earlier run took too long']);
});

test('a slot that no offer fits is missed at its deadline', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2026-12-01T11:00:00Z/PT10M', epsilon: 'PT5M' });
  world.advance(36 * MINUTE);
  expect(world.history('a')).toEqual(['missed 1: no offer fitted within epsilon']);
  expect(world.state.ready.size).toBe(0);
});

test('concurrent runs begin beside each other', () => {
  const world = overrun({ concurrent: true });
  world.place();
  expect(world.tasks('a')).toHaveLength(3);
});

test.each<[string, readonly string[], number]>([
  ['forbid', ['skipped 2: an earlier run goes on'], 0],
  ['queue', ['skipped 1: a later run took its place'], 1],
  ['replace', ['skipped 1: a later run took its place'], 1],
])('the policy %s decides about slots during a run', (concurrency, history, waiting) => {
  const world = overrun({ concurrency });
  expect(world.history('a')).toEqual(history);
  expect(world.entry('a').queue).toHaveLength(waiting);
});

test('a run that is replaced is killed, and the later one begins at its end', () => {
  const world = overrun({ concurrency: 'replace' });
  expect(world.log).toEqual(['launch a', 'kill a', 'kill a']);
  world.end('a', 'TASK_KILLED');
  world.place();
  expect(world.history('a')[0]).toBe('slot killed in 1');
  expect(world.log.at(-1)).toBe('launch a');
});

test('a run that waits for an offer gives way at once', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT10M', concurrency: 'replace' });
  world.advance(45 * MINUTE);
  expect(world.history('a')).toEqual(['skipped 1: a later run took its place']);
  expect(world.state.ready.size).toBe(1);
});

test('runs of a job that was disabled meanwhile do not begin', () => {
  const world = overrun({ epsilon: 'PT12M' });
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT10M', epsilon: 'PT12M', disabled: true });
  expect(world.history('a')[0]).toBe('skipped 1: the job is disabled');
  world.end('a');
  expect([world.history('a')[0], world.state.ready.size]).toEqual(['slot success in 1', 0]);
});

test('a run that waits for an offer is dropped when its job is disabled', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T10:00:00Z/P1D' });
  world.put('a', { schedule: 'R/2026-12-02T10:00:00.000Z/P1D', pausedReason: 'moving' });
  world.place();
  expect([world.log, world.history('a')]).toEqual([[], ['skipped 1: the job is paused: moving']]);
});

test('the last slots of a count run although an earlier one ends after the last repetition was used up', () => {
  const world = overrun({ schedule: 'R2/2026-12-01T11:00:00Z/PT10M', epsilon: 'PT1H' });
  world.end('a');
  world.run('a');
  expect(world.history('a')).toEqual(['slot success in 1', 'slot success in 1']);
  expect(world.log).toEqual(['launch a', 'launch a', 'disabled a: no repetitions left']);
});

test('a job that no longer allows several runs keeps its tasks, and the other runs wait for each other', () => {
  const world = overrun({ concurrent: true, retries: 1 });
  world.put('a', { schedule: 'R/2026-12-01T11:30:00.000Z/PT10M', retries: 1 });
  expect([world.tasks('a').length, world.entry('a').queue.length]).toEqual([1, 2]);
  world.end('a', 'TASK_FAILED');
  world.advance(MINUTE);
  world.place();
  expect(world.tasks('a')).toHaveLength(1);
});

test('a job that allows several runs from now on begins those that wait', () => {
  const world = overrun({ epsilon: 'PT1H' });
  world.put('a', { schedule: 'R/2026-12-01T11:30:00.000Z/PT10M', concurrent: true });
  world.place();
  expect(world.tasks('a')).toHaveLength(3);
});

test('a retry waits while another run has a live task', () => {
  const world = overrun({ concurrent: true, retries: 1 });
  world.place();
  world.put('a', { schedule: 'R/2026-12-01T11:30:00.000Z/PT10M', retries: 1 });
  world.end('a', 'TASK_FAILED');
  world.advance(MINUTE);
  world.place();
  expect(world.tasks('a')).toHaveLength(2);
  world.end('a');
  world.end('a');
  world.place();
  expect(world.tasks('a')[0]).toMatch(/^ct:\d+:1:a:$/);
});

test('a thousand cycles of a child wait, and the history says why further ones do not run', () => {
  const world = new World({ ...SETTINGS, countMax: 2 });
  world.put('p', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('child', { parents: ['p'] });
  for (let cycle = 0; cycle < 1002; cycle++) world.command('job.succeed', 'p');
  const { queue } = world.entry('child');
  const history = historyOf(world.entry('child'));
  expect([queue.length, history.length]).toEqual([1000, 1]);
  expect(history[0]).toMatchObject({ run: { end: { kind: 'killed', reason: 'too many runs wait' } } });
});
