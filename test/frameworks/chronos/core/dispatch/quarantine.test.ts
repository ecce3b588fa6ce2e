import { enterQuarantine, leaveQuarantine } from '../../../../../frameworks/chronos/core/dispatch/quarantine';
import type { ChronosState } from '../../../../../frameworks/chronos/core/state/state';
import { readingOf } from '../../jobs';
import { World } from '../../world';

const SCHEDULE = 'R/2027-01-01T00:00:00Z/P1D';

/** Chronos after the loss of a job; the others are below it, each with its parents. */
function withoutRoot(root: string, below: Readonly<Record<string, readonly string[]>>): World {
  const world = new World();
  world.put(root, { schedule: SCHEDULE });
  for (const [name, parents] of Object.entries(below)) {
    world.put(name, parents.length === 0 ? { schedule: SCHEDULE } : { parents });
  }
  world.stored.delete(`job_${root}`);
  world.restart();
  return world;
}

function quarantinedIn({ state }: World): string {
  return [...state.quarantined.keys()].join(' ');
}

test('a job comes back with the last of its parents, and those below it with it', () => {
  const world = withoutRoot('a', { b: ['a'], c: ['b'] });
  expect(quarantinedIn(world)).toBe('b c');
  world.put('a', { schedule: SCHEDULE });
  expect(quarantinedIn(world)).toBe('');
  expect([...world.state.graph.parents.keys()]).toEqual(['a', 'b', 'c']);
  expect(world.state.quarantinedBelow.size).toBe(0);
});

test('a job waits for each of its parents, also for one that went away in between', () => {
  const world = withoutRoot('a', { x: [], b: ['a', 'x'] });
  world.command('job.delete', 'x');
  world.put('a', { schedule: SCHEDULE });
  expect(quarantinedIn(world)).toBe('b');
  world.put('x', { schedule: SCHEDULE });
  expect(quarantinedIn(world)).toBe('');
});

test('a job in quarantine that is replaced or deleted is there no more, and stays so', () => {
  const world = withoutRoot('a', { b: ['a'], c: ['b'], d: ['a'] });
  world.put('b', { schedule: SCHEDULE });
  expect(quarantinedIn(world)).toBe('d');
  world.command('job.delete', 'd');
  world.put('a', { schedule: SCHEDULE });
  expect([quarantinedIn(world), world.state.graph.parents.has('d')]).toEqual(['', false]);
});

test('an unchanged job in quarantine is refused until its parents are there, and is free with the last of them', () => {
  const world = withoutRoot('a', { b: ['a'] });
  const send = (): string => {
    const { job } = world.entry('b').record;
    const reading = { ...readingOf({ name: 'b', parents: ['a'] }, world.now), job };
    world.send({ kind: 'job.put', request: 1, reading, onlyIfChanged: true });
    const reply = world.answers.at(-1);
    return reply?.ok ? reply.text : 'refused';
  };
  expect([send(), quarantinedIn(world)]).toEqual(['refused', 'b']);
  world.put('a', { schedule: SCHEDULE });
  expect([send(), quarantinedIn(world)]).toEqual(['unchanged', '']);
});

/** A chain of jobs in quarantine. */
function chainOf(length: number): ChronosState {
  const world = new World();
  world.put('0', { schedule: SCHEDULE });
  world.put('1', { parents: ['0'] });
  const { jobs } = world.state;
  const { record, ...rest } = world.entry('1');
  for (let place = 1; place <= length; place++) {
    const job = { ...record.job, name: String(place), parents: [String(place - 1)] };
    jobs.set(String(place), { ...rest, record: { ...record, job } });
    enterQuarantine(world.state, String(place), 'unknown');
  }
  return world.state;
}

test('a chain of 50,000 jobs comes back at once', () => {
  const state = chainOf(50_000);
  const began = process.cpuUsage().user;
  leaveQuarantine(state, '0');
  expect(state.quarantined.size).toBe(0);
  expect(process.cpuUsage().user - began).toBeLessThan(3e6);
});
