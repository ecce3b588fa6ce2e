import { idOfEntry } from '../../../../../frameworks/chronos/core/runs/packed-entry';
import { historyOf } from '../../../../../frameworks/chronos/core/state/state';
import {
  definitionVariable,
  jobOfVariable,
  readStored,
  runVariable,
  stateVariable,
  textOfVariable,
  variablesOf,
} from '../../../../../frameworks/chronos/core/state/stored';
import { World } from '../../world';

const MINUTE = 60_000;

/** A job with a run in its history, one that is live, and one that waits. */
function busyWorld(): World {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT10M', epsilon: 'PT1H' });
  world.advance(30 * MINUTE);
  world.run('a');
  world.advance(10 * MINUTE);
  world.place();
  world.advance(10 * MINUTE);
  return world;
}

test('a job is a definition, a state, and a variable for each run', () => {
  const { stored } = busyWorld();
  expect([...stored.keys()]).toEqual(['job_a', 'state_a', 'run_a:1', 'run_a:2', 'run_a:3']);
  expect([definitionVariable('a'), stateVariable('a'), runVariable('a:3')]).toEqual([
    'job_a',
    'state_a',
    'run_a:3',
  ]);
});

test('what is stored is read again, whatever the order of the variables', () => {
  const world = busyWorld();
  const stored = [...world.stored].map(([name, text]) => ({ name, text })).reverse();
  const { entries, faults } = readStored(stored);
  expect(faults).toEqual([]);
  expect(entries).toEqual([JSON.parse(JSON.stringify(world.entry('a'))) as unknown]);
  expect(variablesOf(world.entry('a'))).toEqual(['job_a', 'state_a', 'run_a:2', 'run_a:3', 'run_a:1']);
  expect(historyOf(world.entry('a')).map(idOfEntry)).toEqual(['a:1']);
});

test('a run with a long history writes its own variable and the state of its job, and no more', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT10M' });
  for (let number = 0; number < 50; number++) {
    world.advance(10 * MINUTE);
    world.run('a');
  }
  world.advance(10 * MINUTE);
  world.place();
  world.isDurable = false;
  const taskId = world.tasks('a')[0] ?? '';
  const update = { state: 'TASK_FINISHED' as const, reason: undefined, message: undefined };
  const [store] = world
    .send({ kind: 'task.update', taskId, update })
    .flatMap((effect) => (effect.kind === 'store' ? [effect] : []));
  expect(store?.changes.map(({ name }) => name).sort()).toEqual(['run_a:49', 'state_a']);
  const size = store?.changes.reduce((sum, { value = '' }) => sum + value.length, 0) ?? 0;
  expect(size).toBeLessThan(1200);
});

test('variables that cannot be read leave the other jobs alone', () => {
  const stored = [
    { name: 'job_a', text: '{' },
    { name: 'state_b', text: '{}' },
    { name: 'job_c', text: '{"job":{"name":"c"}}' },
    { name: 'run_a:9', text: 'null' },
    { name: 'other', text: '' },
    ...[...busyWorld().stored].map(([name, text]) => ({ name, text })),
  ];
  const { entries, faults } = readStored(stored);
  expect(entries.map(({ record }) => record.job.name)).toEqual(['a']);
  expect(faults.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    expect.stringMatching(/^job_a: .*JSON/),
    expect.stringMatching(/^run_a:9: /),
    'b: its definition is missing',
    'c: its state is missing',
  ]);
});

test('members that an earlier release did not have are at their fallbacks', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  const { job, ...rest } = JSON.parse(world.stored.get('job_a') ?? '') as { job: { catchUpLimit?: number } };
  delete job.catchUpLimit;
  world.stored.set('job_a', JSON.stringify({ ...rest, job }));
  world.restart();
  expect(world.entry('a').record.job.catchUpLimit).toBe(10);
});

test('a job that is gone has no texts', () => {
  const world = busyWorld();
  world.command('job.delete', 'a');
  expect(world.stored.size).toBe(0);
  expect(textOfVariable(world.state, 'run_a:1')).toBeUndefined();
});

test('a variable belongs to a job', () => {
  const { stored } = busyWorld();
  expect(new Set([...stored.keys()].map(jobOfVariable))).toEqual(new Set(['a']));
});
