import { runRow, runRows } from '../../../../frameworks/chronos/views/runs';
import { World } from '../world';

const shown = (world: World): string[] =>
  runRows(world.entry('a')).map((row) =>
    row.kind === 'run' ? `${row.id} ${row.cause} ${row.state}` : `${row.state} ${row.count}`,
  );

test('rows are the newest first: those that wait, those that run, and the history', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H', epsilon: 'PT20M' });
  world.outage(3 * 3_600_000);
  world.advance(31 * 60_000);
  world.place();
  world.advance(60 * 60_000);
  expect(shown(world)).toEqual(['a:3 slot queued', 'a:2 slot running', 'missed 3']);
  world.end('a');
  expect(shown(world).slice(1)).toEqual(['a:2 slot success', 'missed 3']);
});

test('a run of late slots is caught up', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H', catchUp: 'all', concurrency: 'queue' });
  world.outage(3 * 3_600_000);
  expect(shown(world)).toContain('a:1 caught up queued');
});

test('the run of a cycle names the runs of its parents', () => {
  const world = new World();
  world.put('p', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('a', { parents: ['p'] });
  world.start('p');
  world.run('p');
  expect(runRow(world.entry('a'), 'a:1')).toMatchObject({
    cause: 'parents',
    cycle: 1,
    parentRuns: ['p:1'],
    state: 'queued',
  });
});

test('an attempt has its task, its end and its place', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.start('a', '-x');
  world.run('a', 'TASK_FAILED');
  expect(runRow(world.entry('a'), 'a:1')).toMatchObject({
    state: 'retrying',
    arguments: '-x',
    nextAttemptAt: '2026-12-01T10:31:00.000Z',
    attempts: [{ attempt: 0, state: 'failure', reason: 'TASK_FAILED', agentId: 'S1', hostname: 'host' }],
  });
});

test('an ended run is found by its id, and an unknown one is not', () => {
  const world = new World();
  world.put('a', {});
  world.run('a');
  expect(runRow(world.entry('a'), 'a:1')).toMatchObject({ state: 'success' });
  expect(runRow(world.entry('a'), 'a:2')).toBeUndefined();
});
